"""One file a question: tuning, main_table, curves, ablations, interference, together. Each returns plain data."""
