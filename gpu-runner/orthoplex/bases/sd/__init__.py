"""Stable Diffusion 1.x through diffusers: CLIP text encoder, UNet with cross-attention, latents of an AutoencoderKL.

Needs the packages of requirements-sd.txt (`pip install orthoplex[sd]`); nothing outside this folder imports them.
"""
