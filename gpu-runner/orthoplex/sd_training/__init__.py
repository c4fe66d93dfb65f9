"""Trains `sd-mini`: a Stable Diffusion pipeline of the true classes, small enough for a CPU. See recipes/sd-mini."""
