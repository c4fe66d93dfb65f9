"""The paper, measured on an embedded base: `npm run eval` (`--tiny`, `--full`, `--search`). Read in this order:

settings (how much is run) · cache (what was measured stays) · renders (characters to train, characters to measure with)
· people_network, embedder, attributes, measures (the metrics, each with its own error) · attention (the base as seen
from here) · factors, learner, training (what a method trains) · merging, fusion, gating (how it acts with others) ·
methods (the table of both, by what the base has) · generation, judging (pictures and their numbers) · studies (one
file a question) · plots, sheets, report (docs/results.md).

Everything here reads the product's code; nothing in the product reads this.
"""
