"""The text encoder as an ONNX graph: captions of a picture -> its context.

With entries the context is one for all layers, and a concept's rows hold the class vectors, as in
bases/cast/encoding._with_class_vectors; otherwise they hold learned tokens, which differ between layers.
"""

from __future__ import annotations

import math

from onnx import ModelProto, TensorProto

from orthoplex.bases.cast.model import CastConfig
from orthoplex.bases.cast.reading import CONCEPT_WORDS
from orthoplex.export_onnx.graph import Graph
from orthoplex.export_onnx.layers import feed_forward, heads_of, joined, linear, logits, rms_norm

TOKENS = len(CONCEPT_WORDS)  # from caption position 1 on: a concept's learned tokens


def text_graph(config: CastConfig, gated: bool = False) -> ModelProto:
    """Inputs, for B captions of P persons with S words each:

    words (B, P, S, C), rows of the word table (looked up outside: the table's height is the base's own);
    colours (B, P, S, 4); places (P,) int32. Without entries also tokens (L, B, P, TOKENS, C), marked, zeros for who has
    none, and taught (B, P, 1), 1 for who has some; the output is context (L, B, P S, C). With entries (`gated`) also
    class_words (N, S, C), a caption for each of the base's styles, and named (B, P, 1), 1 for who is a concept; the
    output is context (B, P S, C).
    """
    g = Graph("text")
    length = config.words
    words = g.input("words", ("B", "P", length, config.width))
    colours = g.input("colours", ("B", "P", length, 4))
    if gated:
        class_words, named = g.input("class_words", ("N", length, config.width)), g.input("named", ("B", "P", 1))
    else:
        tokens = g.input("tokens", (config.layers, "B", "P", TOKENS, config.width))
        trained = g.input("taught", ("B", "P", 1))
    places = g.input("places", ("P",), TensorProto.INT32)

    x = g.op("Add", words, _coloured(g, config, colours))
    x = _encoded(g, config, g.op("Reshape", x, g.ints(-1, length, config.width)))  # (B P, S, word_width)
    shape = g.op("Concat", g.op("Shape", words, end=2), g.ints(length, config.word_width), axis=0)
    here = g.op("Gather", g.weight("place_text.weight", (config.cells, config.word_width)), places, axis=0)
    here = g.op("Unsqueeze", here, g.ints(1))  # (P, 1, word_width)
    said = g.op("Reshape", x, shape)  # (B, P, S, word_width)
    if gated:
        class_vectors = _class_vectors(g, config, class_words)  # (TOKENS, word_width)
        is_named = g.op("Greater", g.op("Unsqueeze", named, g.ints(3)), g.number(0))
        parts = list(_parts(g, said, length))
        parts[1] = g.op("Where", is_named, class_vectors, parts[1])
        context = g.op("Add", g.op("Concat", *parts, axis=2), here)
        g.output("context", _persons_joined(g, context, words, config=config, layers=1), ("B", "PS", config.width))
    else:
        context = _with_tokens(
            g, config, said=g.op("Add", said, here), here=here, tokens=tokens, trained=trained, words=words
        )
        rows = _persons_joined(g, context, words, config=config, layers=config.layers)
        g.output("context", rows, (config.layers, "B", "PS", config.width))
    return g.model()


def _coloured(g: Graph, config: CastConfig, colours: str) -> str:
    """What a word's colour adds to its vector: (B, P, S, C), 0 where it has none."""
    rgb = g.op("Slice", colours, g.ints(0), g.ints(3), g.ints(3))
    coloured = g.op("Slice", colours, g.ints(3), g.ints(4), g.ints(3))
    turned = g.op("Mul", rgb, g.number(math.pi))
    features = g.op("Concat", rgb, g.op("Sin", turned), g.op("Cos", turned), axis=-1)
    inner = linear(g, features, "text_encoder.colour.0", out=config.width, inside=9)
    colour = linear(
        g, g.op("Mul", inner, g.op("Sigmoid", inner)), "text_encoder.colour.2", out=config.width, inside=config.width
    )
    return g.op("Mul", coloured, colour)


def _encoded(g: Graph, config: CastConfig, x: str) -> str:
    """(N, S, C) -> (N, S, word_width): persons never see one another's words."""
    width = config.width
    for block in range(config.text_layers):
        name = f"text_encoder.blocks.{block}"
        normed = rms_norm(g, x, f"{name}.norm1", width)
        q, k, v = (linear(g, normed, f"{name}.attn.to_{each}", out=width, inside=width, bias=False) for each in "qkv")
        q = heads_of(g, q, heads=config.heads, width=width, norm=f"{name}.attn.norm_q")
        k = heads_of(g, k, heads=config.heads, width=width, norm=f"{name}.attn.norm_k")
        v = heads_of(g, v, heads=config.heads, width=width)
        mixed = g.op("MatMul", g.op("Softmax", logits(g, q, k, width=width, heads=config.heads), axis=-1), v)
        attended = linear(g, joined(g, mixed, width), f"{name}.attn.to_out", out=width, inside=width, bias=False)
        x = g.op("Add", x, attended)
        x = g.op("Add", x, feed_forward(g, rms_norm(g, x, f"{name}.norm2", width), f"{name}.ff", width=width))
    normed = rms_norm(g, x, "text_encoder.norm", width)
    return linear(g, normed, "text_encoder.out", out=config.word_width, inside=width, bias=False)


def _class_vectors(g: Graph, config: CastConfig, class_words: str) -> str:
    """(TOKENS, word_width): the mean of what follows the captions' first position; twin of CastParts.class_vectors."""
    mean = g.op("ReduceMean", _encoded(g, config, class_words), g.ints(0), keepdims=0)  # (S, word_width)
    style, nothing_more = (g.op("Slice", mean, g.ints(at), g.ints(at + 1), g.ints(0)) for at in (1, 2))
    return g.op("Concat", style, *[nothing_more] * (TOKENS - 1), axis=0)


def _parts(g: Graph, context: str, length: int) -> tuple[str, ...]:
    """(B, P, S, C) -> the positions before a concept's tokens, those of the tokens, and those after."""
    ends = ((0, 1), (1, 1 + TOKENS), (1 + TOKENS, length))
    return tuple(g.op("Slice", context, g.ints(start), g.ints(end), g.ints(2)) for start, end in ends)


def _persons_joined(g: Graph, context: str, words: str, *, config: CastConfig, layers: int) -> str:
    """(L, B, P, S, C), or (B, P, S, C) for one layer, -> the same with P and S as one dimension."""
    sizes = [g.op("Shape", words, end=1), g.ints(-1, config.width)]
    if layers > 1:
        sizes.insert(0, g.ints(layers))
    return g.op("Reshape", context, g.op("Concat", *sizes, axis=0))


def _with_tokens(
    g: Graph, config: CastConfig, *, said: str, here: str, tokens: str, trained: str, words: str
) -> str:  # fmt: skip
    """(L, B, P, S, C): the encoded words with each layer's learned tokens in their positions."""
    length, layers = config.words, config.layers
    plain = g.op("Pad", said, g.ints(0, config.reserved), "", g.ints(3))  # (B, P, S, C)
    here = g.op("Pad", here, g.ints(0, config.reserved), "", g.ints(2))  # (P, 1, C)
    before, under, after = _parts(g, plain, length)
    learned = g.op("Where", g.op("Greater", g.op("Unsqueeze", trained, g.ints(3)), g.number(0)),
                   g.op("Add", tokens, here), under)  # (L, B, P, TOKENS, C)  # fmt: skip

    def of_every_layer(part: str, count: int) -> str:
        size = g.op("Concat", g.ints(layers), g.op("Shape", words, end=2), g.ints(count, config.width), axis=0)
        return g.op("Expand", part, size)

    return g.op("Concat", of_every_layer(before, 1), learned, of_every_layer(after, length - 1 - TOKENS), axis=3)
