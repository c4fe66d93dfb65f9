"""Commands that make the cast bases themselves: base (trains it), sharpener, export, seeds, contact_sheet.

They are specific to this family and write files; concepts are trained on any base by orthoplex/train.
"""
