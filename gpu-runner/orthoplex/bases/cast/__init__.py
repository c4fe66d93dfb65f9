"""cast-2, the embedded base: model, world, scenes."""
