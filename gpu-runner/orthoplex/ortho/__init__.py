"""The mathematics of orthogonal adaptation, read in this order:

basis (shared orthonormal columns) · slot (which columns one adapter owns) · layout (what a base declares) ·
container (the bytes of a safetensors file) · adapter (the published file) · residual (up and strength, stacked) ·
attach (the low-rank path beside frozen layers) · merge (the exact sum in the weights) · crosstalk (interference).

torch only: no network, no clock, no randomness that is not an argument.
Source of the method: Po, Yang, Aberman, Wetzstein, "Orthogonal Adaptation for Modular Customization of
Diffusion Models", CVPR 2024 (arXiv 2312.02432), cited below as "the paper".
"""
