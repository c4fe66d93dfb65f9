"""LoRAs of other programs on any family of bases: read, attached whole, gated. A family gives the names of its layers.

Imports no family and nothing of diffusers.
"""
