"""Garbage collection for the whole suite: what its modules hold together is examined once, and by no later collection.

PyTorch, diffusers, transformers and the tests are a million objects that live until the end. Examining them again and
again took a tenth of the suite's time, and no object that a test makes is among them.
"""

import gc

gc.disable()  # while modules are imported, which all stay


def pytest_collection_finish() -> None:
    gc.collect()
    gc.freeze()
    gc.enable()
