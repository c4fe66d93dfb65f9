"""The text encoder as an ONNX graph: caption vectors and learned tokens of a picture -> one context a layer."""

from __future__ import annotations

import math

from onnx import ModelProto, TensorProto

from orthoplex.bases.cast.model import CastConfig
from orthoplex.bases.cast.reading import CONCEPT_WORDS
from orthoplex.export_onnx.graph import Graph
from orthoplex.export_onnx.layers import feed_forward, heads_of, joined, linear, logits, rms_norm

TOKENS = len(CONCEPT_WORDS)  # from caption position 1 on: a concept's learned tokens


def text_graph(config: CastConfig) -> ModelProto:
    """Inputs, for B captions of P persons with S words each:

    words (B, P, S, C), rows of the word table (looked up outside: the table's height is the base's own);
    colours (B, P, S, 4); tokens (L, B, P, TOKENS, C), marked, zeros for who has none; trained (B, P, 1), 1 for who has
    some;
    places (P,) int32. Output context (L, B, P S, C).
    """
    g = Graph("text")
    width, layers, length = config.width, config.layers, config.words
    words = g.input("words", ("B", "P", length, width))
    colours = g.input("colours", ("B", "P", length, 4))
    tokens = g.input("tokens", (layers, "B", "P", TOKENS, width))
    trained = g.input("taught", ("B", "P", 1))
    places = g.input("places", ("P",), TensorProto.INT32)

    rgb = g.op("Slice", colours, g.ints(0), g.ints(3), g.ints(3))
    coloured = g.op("Slice", colours, g.ints(3), g.ints(4), g.ints(3))
    turned = g.op("Mul", rgb, g.number(math.pi))
    features = g.op("Concat", rgb, g.op("Sin", turned), g.op("Cos", turned), axis=-1)
    inner = linear(g, features, "text_encoder.colour.0", width, 9)
    colour = linear(g, g.op("Mul", inner, g.op("Sigmoid", inner)), "text_encoder.colour.2", width, width)
    x = g.op("Reshape", g.op("Add", words, g.op("Mul", coloured, colour)), g.ints(-1, length, width))  # (B P, S, C)
    for block in range(config.text_layers):
        name = f"text_encoder.blocks.{block}"
        normed = rms_norm(g, x, f"{name}.norm1", width)
        q, k, v = (linear(g, normed, f"{name}.attn.to_{each}", width, width, bias=False) for each in "qkv")
        q = heads_of(g, q, config.heads, width, f"{name}.attn.norm_q")
        k = heads_of(g, k, config.heads, width, f"{name}.attn.norm_k")
        v = heads_of(g, v, config.heads, width)
        mixed = g.op("MatMul", g.op("Softmax", logits(g, q, k, width, config.heads), axis=-1), v)
        attended = linear(g, joined(g, mixed, width), f"{name}.attn.to_out", width, width, bias=False)
        x = g.op("Add", x, attended)
        x = g.op("Add", x, feed_forward(g, rms_norm(g, x, f"{name}.norm2", width), f"{name}.ff", width))
    x = linear(g, rms_norm(g, x, "text_encoder.norm", width), "text_encoder.out", config.word_width, width, bias=False)

    shape = g.op("Concat", g.op("Shape", words, end=2), g.ints(length, config.word_width), axis=0)
    here = g.op("Gather", g.weight("place_text.weight", (config.cells, config.word_width)), places, axis=0)
    here = g.op("Unsqueeze", here, g.ints(1))  # (P, 1, word_width)
    said = g.op("Add", g.op("Reshape", x, shape), here)
    plain = g.op("Pad", said, g.ints(0, config.reserved), "", g.ints(3))  # (B, P, S, C)
    here = g.op("Pad", here, g.ints(0, config.reserved), "", g.ints(2))  # (P, 1, C)
    before, under, after = (
        g.op("Slice", plain, g.ints(start), g.ints(end), g.ints(2))
        for start, end in ((0, 1), (1, 1 + TOKENS), (1 + TOKENS, length))
    )
    learned = g.op("Where", g.op("Greater", g.op("Unsqueeze", trained, g.ints(3)), g.number(0)),
                   g.op("Add", tokens, here), under)  # (L, B, P, TOKENS, C)  # fmt: skip

    def of_every_layer(part: str, count: int) -> str:
        size = g.op("Concat", g.ints(layers), g.op("Shape", words, end=2), g.ints(count, width), axis=0)
        return g.op("Expand", part, size)

    context = g.op("Concat", of_every_layer(before, 1), learned, of_every_layer(after, length - 1 - TOKENS), axis=3)
    flat = g.op("Concat", g.ints(layers), g.op("Shape", words, end=1), g.ints(-1, width), axis=0)
    g.output("context", g.op("Reshape", context, flat), (layers, "B", "PS", width))
    return g.model()
