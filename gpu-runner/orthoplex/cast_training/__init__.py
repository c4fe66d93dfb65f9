"""Commands that make cast-2 itself: base (trains it), reserve, sharpener, export, seeds, contact_sheet.

They know this base alone and write files; concepts are trained on any base by orthoplex/train.
"""
