"""One picture as a Stable Diffusion base understood its prompt: token ids with class words where triggers stood.

The text encoder never sees a trigger: it sees the concept's class word, whose contextual vector the entries start from.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from transformers import CLIPTokenizer

from orthoplex.bases.request import TRIGGER, AttachedAdapter, SampleSpec
from orthoplex.bases.sd.parts import SdParts
from orthoplex.bases.sd.prompt_weights import chosen, weighted


@dataclass(frozen=True)
class Tokens:
    """A prompt as the text encoder takes it: ids of all positions, and of each trigger the position of every mention.

    A class word of several tokens is found at its last one. cut: the words that had no room. weights: of each position.
    """

    ids: tuple[int, ...]
    mentions: Mapping[str, tuple[int, ...]]
    text: str
    weights: tuple[float, ...]
    used: int  # positions that are no padding
    cut: str = ""

    def padded_with(self, pad: int) -> tuple[int, ...]:
        """The ids for a tokenizer with another padding."""
        return self.ids[: self.used] + (pad,) * (len(self.ids) - self.used)


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
    clip_skip: int = 1

    @property
    def prompt(self) -> str:
        return self.tokens.text


def _pieces(text: str, class_words: Mapping[str, str]) -> Iterator[tuple[str, str | None]]:
    """The text cut at its triggers: (words, trigger or None). A trigger of no adapter is read as its own name."""
    end = 0
    for match in TRIGGER.finditer(text.lower()):
        yield text[end : match.start()], None
        trigger = match.group()
        yield class_words.get(trigger, trigger.strip("<>")), trigger if trigger in class_words else None
        end = match.end()
    yield text[end:], None


def tokens_of(tokenizer: CLIPTokenizer, text: str, class_words: Mapping[str, str], length: int) -> Tokens:
    """A prompt in `length` positions, begin and end included; class_words: trigger -> class word.

    PromptRefused for attention weights that are none (prompt_weights.py).
    """
    begin, end, pad = tokenizer.bos_token_id, tokenizer.eos_token_id, tokenizer.pad_token_id
    room = length - 2
    ids: list[int] = []
    weights: list[float] = []
    mentions: dict[str, list[int]] = {}
    said, cut = [], []
    weighted_pieces = (
        (*piece, stretch.weight) for stretch in weighted(text) for piece in _pieces(stretch.text, class_words)
    )
    for words, trigger, weight in weighted_pieces:
        said.append(words)
        piece: list[int] = tokenizer(words, add_special_tokens=False).input_ids if words.strip() else []
        if trigger is not None and len(ids) + len(piece) > room:
            piece = piece if not ids else []  # half a class word would call nobody
            cut.append(words)
            room = min(room, len(ids))
        ids += piece
        weights += [weight] * len(piece)
        if trigger is not None and piece and len(ids) <= room:
            mentions.setdefault(trigger, []).append(len(ids))  # + 1 for the begin, - 1 for the last one's index
    if len(ids) > room:
        cut.append(tokenizer.decode(ids[room:]))
    ids = [begin, *ids[:room], end]
    weights = [1.0, *weights[:room]]
    weights += [1.0] * (length - len(weights))
    used = len(ids)
    ids += [pad] * (length - used)
    found = {trigger: tuple(at) for trigger, at in mentions.items()}
    plain = " ".join("".join(said).split())
    return Tokens(tuple(ids), found, plain, tuple(weights), used, " ".join(cut).strip())


def read(base: SdParts, spec: SampleSpec, adapters: Sequence[AttachedAdapter], seed: int) -> SdReading:
    """The reading of one picture. PromptRefused for weights that are none; what is cut off is said in the warnings."""
    by_trigger = {each.trigger: each for each in adapters}
    class_words = {trigger: each.adapter.class_word for trigger, each in by_trigger.items()}
    tokens = tokens_of(base.tokenizer, chosen(spec.prompt, seed), class_words, base.words)
    negative = tokens_of(base.tokenizer, chosen(spec.negative_prompt, seed), {}, base.words)
    called = tuple(each for trigger, each in by_trigger.items() if trigger in tokens.mentions and each.strength != 0)
    warnings = warnings_of(tokens, negative, by_trigger, spec.prompt)
    return SdReading(tokens, negative, called, spec.width, spec.height, seed, warnings, spec.clip_skip or 1)


def warnings_of(
    tokens: Tokens, negative: Tokens, by_trigger: Mapping[str, AttachedAdapter], prompt: str
) -> tuple[str, ...]:
    """What of a prompt could not be followed."""
    warnings = [
        f"{trigger} is not in the prompt, so its adapter was left out"
        for trigger in by_trigger
        if trigger not in tokens.mentions
    ]
    warnings += [
        f"no adapter with the trigger {trigger} is in this composition"
        for trigger in dict.fromkeys(TRIGGER.findall(prompt.lower()))
        if trigger not in by_trigger
    ]
    warnings += [f"the prompt is too long; left out: {each.cut}" for each in (tokens, negative) if each.cut]
    return tuple(dict.fromkeys(warnings))
