"""Stable Diffusion 1.x and XL through diffusers: CLIP text encoders, UNet with cross-attention, AutoencoderKL.

Needs the packages of requirements-sd.txt (`pip install orthoplex[sd]`); nothing outside this folder imports them.
"""
