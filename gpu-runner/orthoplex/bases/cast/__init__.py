"""The cast bases, of which cast-3 comes with the product: model, world, scenes."""
