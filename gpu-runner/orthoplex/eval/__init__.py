"""The paper, measured on an embedded base: `npm run eval` (`--tiny`, `--full`, `--device`). Read in this order:

settings (how much is run) · cache (what was measured stays) · renders (characters to train, characters to measure with)
· people_network, embedder, attributes, measures (the metrics, each with its own error) · factors, learner, training
(what a method trains) · merging, fusion (how it merges) · methods (the table of both) · drawing, judging (pictures and
their numbers) · studies (one file a question) · plots, sheets, report (docs/results.md).

Everything here reads the product's code; nothing in the product reads this.
"""
