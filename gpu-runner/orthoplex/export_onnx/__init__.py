"""ONNX graphs of cast bases for the browser: no weights inside, adapters as inputs. Needs requirements-dev.txt (onnx).

Written by `python -m orthoplex.export_onnx site/preview/cast`; what lies there is committed and bound to this code by a
test. A graph names its weights as the base's safetensors files do, so it serves every base of the same shapes.
"""
