"""One picture as a Stable Diffusion base understood its prompt: token ids with class words where triggers stood.

The text encoder never sees a trigger: it sees the concept's class word, whose contextual vector the entries start from.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from transformers import CLIPTokenizer

from orthoplex.bases.request import TRIGGER, AttachedAdapter, SampleSpec
from orthoplex.bases.sd.parts import SdParts


@dataclass(frozen=True)
class Tokens:
    """A prompt as the text encoder takes it: ids of all positions, and of each trigger the position of every mention.

    A class word of several tokens is found at its last one. cut: the words that had no room.
    """

    ids: tuple[int, ...]
    mentions: Mapping[str, tuple[int, ...]]
    text: str
    cut: str = ""


@dataclass(frozen=True, eq=False)
class SdReading:
    """One picture to generate."""

    tokens: Tokens
    negative: Tokens
    members: tuple[AttachedAdapter, ...]  # those whose trigger the prompt mentions
    width: int
    height: int
    seed: int
    warnings: tuple[str, ...]

    @property
    def prompt(self) -> str:
        return self.tokens.text


def _pieces(text: str, class_words: Mapping[str, str]) -> Iterator[tuple[str, str | None]]:
    """The text cut at its triggers: (words, trigger or None). A trigger that nobody owns reads as its own name."""
    end = 0
    for match in TRIGGER.finditer(text.lower()):
        yield text[end : match.start()], None
        trigger = match.group()
        yield class_words.get(trigger, trigger.strip("<>")), trigger if trigger in class_words else None
        end = match.end()
    yield text[end:], None


def tokens_of(tokenizer: CLIPTokenizer, text: str, class_words: Mapping[str, str], length: int) -> Tokens:
    """A prompt in `length` positions, begin and end included; class_words: trigger -> class word."""
    begin, end, pad = tokenizer.bos_token_id, tokenizer.eos_token_id, tokenizer.pad_token_id
    room = length - 2
    ids: list[int] = []
    mentions: dict[str, list[int]] = {}
    said, cut = [], []
    for words, trigger in _pieces(text, class_words):
        said.append(words)
        piece: list[int] = tokenizer(words, add_special_tokens=False).input_ids if words.strip() else []
        if trigger is not None and len(ids) + len(piece) > room:
            piece = piece if not ids else []  # half a class word would call nobody
            cut.append(words)
            room = min(room, len(ids))
        ids += piece
        if trigger is not None and piece and len(ids) <= room:
            mentions.setdefault(trigger, []).append(len(ids))  # + 1 for the begin, - 1 for the last one's index
    if len(ids) > room:
        cut.append(tokenizer.decode(ids[room:]))
    ids = [begin, *ids[:room], end]
    ids += [pad] * (length - len(ids))
    found = {trigger: tuple(at) for trigger, at in mentions.items()}
    return Tokens(tuple(ids), found, " ".join("".join(said).split()), " ".join(cut).strip())


def read(base: SdParts, spec: SampleSpec, adapters: Sequence[AttachedAdapter], seed: int) -> SdReading:
    """The reading of one picture. No prompt is refused; what is cut off is said in the warnings."""
    by_trigger = {each.trigger: each for each in adapters}
    class_words = {trigger: each.adapter.class_word for trigger, each in by_trigger.items()}
    tokens = tokens_of(base.tokenizer, spec.prompt, class_words, base.words)
    negative = tokens_of(base.tokenizer, spec.negative_prompt, {}, base.words)
    called = tuple(each for trigger, each in by_trigger.items() if trigger in tokens.mentions and each.strength != 0)
    warnings = [
        f"{trigger} is not in the prompt, so its adapter was left out"
        for trigger in by_trigger
        if trigger not in tokens.mentions
    ]
    warnings += [
        f"no adapter with the trigger {trigger} is in this composition"
        for trigger in dict.fromkeys(TRIGGER.findall(spec.prompt.lower()))
        if trigger not in by_trigger
    ]
    warnings += [f"the prompt is too long; left out: {each.cut}" for each in (tokens, negative) if each.cut]
    return SdReading(tokens, negative, called, spec.width, spec.height, seed, tuple(dict.fromkeys(warnings)))
