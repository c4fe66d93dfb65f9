"""The paper's table on a Stable Diffusion base: what differs from the cast family is the words and the loops here.

A concept's words of the compared methods are two vectors in place of the text encoder's own; ours is the product's way.
"""
