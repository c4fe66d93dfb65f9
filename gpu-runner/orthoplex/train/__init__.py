"""Training: the embedded base, and concepts on a frozen base."""
