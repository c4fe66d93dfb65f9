"""cast-1, the embedded base: model, world, scenes."""
