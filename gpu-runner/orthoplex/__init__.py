"""Orthogonal adapters for text-to-image diffusion models.

`ortho` is the mathematics and imports nothing else of this package; everything else builds on it.
"""
