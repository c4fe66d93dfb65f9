"""One file a question: tuning, main_table, curves, residents, ablations, interference, together, search.

scenes says how pictures of several are drawn and judged. Each study returns plain data.
"""
