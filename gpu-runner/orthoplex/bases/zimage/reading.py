"""One picture as a Z-Image base understood its prompt: token ids with class words where triggers stood.

The prompt stands in the text encoder's chat template. The encoder never sees a trigger: it sees the class word.
Brackets are text; words cannot be weighted: a weight scales a word's vector, and the transformer's first layer
(cap_embedder) brings every vector to one length, x / rms(x), before anything reads it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from orthoplex.bases.request import TRIGGER, AttachedAdapter, PromptRefused, SampleSpec
from orthoplex.bases.sd.prompt_weights import chosen
from orthoplex.bases.sd.reading import SdReading, Tokens, warnings_of
from orthoplex.bases.zimage.parts import WORDS, ZParts

# `(words:1.2)` of AUTOMATIC1111's web UI, which others may mean as text: not `(16:9)`
_WEIGHTED = re.compile(r"(?<!\\)\([^()]*[^()\s\d]\s*:\s*[+-]?(?:\d+\.?\d*|\.\d+)\s*\)")
_ESCAPED = re.compile(r"\\([()])")


def unweighted(base_id: str, prompt: str) -> str:
    """The prompt with `\\(` as brackets. PromptRefused where it weighs words."""
    if (found := _WEIGHTED.search(prompt)) is not None:
        raise PromptRefused(
            f"{found.group()[:80]} weighs words, which {base_id} cannot: all words have one length there. "
            "Leave the number out; brackets that are text are written \\( and \\)."
        )
    return _ESCAPED.sub(r"\1", prompt)


def tokens_of(tokenizer: Any, prompt: str, class_words: Mapping[str, str]) -> Tokens:
    """A prompt in at most WORDS tokens, template included; class_words: trigger -> class word."""
    text, ends = "", []
    end = 0
    for match in TRIGGER.finditer(prompt.lower()):
        text += prompt[end : match.start()]
        trigger = match.group()
        text += class_words.get(trigger, trigger.strip("<>"))
        if trigger in class_words:
            ends.append((trigger, len(text)))
        end = match.end()
    text += prompt[end:]
    before = len(text) - len(text.lstrip())
    plain = text.strip()
    templated = tokenizer.apply_chat_template(
        [{"role": "user", "content": plain}], tokenize=False, add_generation_prompt=True, enable_thinking=True
    )
    start = templated.index(plain) - before
    read = tokenizer(templated, return_offsets_mapping=True)
    offsets, ids = read["offset_mapping"], read["input_ids"]
    mentions: dict[str, list[int]] = {}
    for trigger, at in ends:
        last = start + at - 1
        row = next(index for index, (low, high) in enumerate(offsets) if low <= last < high)
        if row < WORDS:
            mentions.setdefault(trigger, []).append(row)
    cut = tokenizer.decode(ids[WORDS:]) if len(ids) > WORDS else ""
    kept = tuple(ids[:WORDS])
    found = {name: tuple(rows) for name, rows in mentions.items()}
    return Tokens(kept, found, plain, (1.0,) * len(kept), len(kept), cut)


def read(base: ZParts, spec: SampleSpec, adapters: Sequence[AttachedAdapter], seed: int) -> SdReading:
    """The reading of one picture. PromptRefused for weights; what is cut off is said in the warnings."""
    by_trigger = {each.trigger: each for each in adapters}
    class_words = {trigger: each.adapter.class_word for trigger, each in by_trigger.items()}
    prompt, negative_prompt = (unweighted(base.id, chosen(text, seed)) for text in (spec.prompt, spec.negative_prompt))
    tokens, negative = tokens_of(base.tokenizer, prompt, class_words), tokens_of(base.tokenizer, negative_prompt, {})
    called = tuple(each for trigger, each in by_trigger.items() if trigger in tokens.mentions and each.strength != 0)
    warnings = warnings_of(tokens, negative, by_trigger, spec.prompt)
    return SdReading(tokens, negative, called, spec.width, spec.height, seed, warnings)
