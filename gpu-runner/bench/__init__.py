"""The Python rows of `npm run bench`: ratios, each pair measured in one run. `python -m bench` prints them as JSON.

Imports the product; nothing of the product imports it. No test asserts a time: bands are looked at by `--check` alone.
"""
