"""Z-Image through diffusers: one stream of picture and text tokens (MMDiT), Qwen3 as text encoder, AutoencoderKL.

Needs the packages of requirements-sd.txt (`pip install orthoplex[sd]`); nothing outside this folder imports them.
"""
