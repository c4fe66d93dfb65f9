"""Orthogonal adapters for text-to-image diffusion models.

`ortho` is the mathematics and imports nothing else of this package; everything else builds on it.
"""

import os

# Read by OpenMP when PyTorch is loaded. Threads that spin while they wait make a picture several times slower as soon
# as another process is busy on one of the cores (measured in docs/log.md).
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
