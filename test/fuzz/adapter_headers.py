"""Hostile adapter files for three readers: ours in Python, ours in TypeScript, and the reference `safetensors`.

    python test/fuzz/adapter_headers.py --corpus   writes schema/examples/hostile-headers.json, which both suites read
    python test/fuzz/adapter_headers.py --fuzz 1000 --seed 1   one line of JSON a file, and both verdicts

Each file is printed with our verdict (`reason`, null where it is accepted) and whether the reference opens it. What we
accept the reference must accept; scripts/fuzz/adapter-headers.ts compares the third.
"""

import argparse
import base64
import hashlib
import json
import random
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, deserialize

from orthoplex.ortho.adapter import read_adapter, write_adapter
from orthoplex.ortho.container import FileRefused
from orthoplex.ortho.golden_files import TINY_BASE, framed, metadata_set, rebuilt, tiny_adapter
from orthoplex.ortho.layout import layout_from

CORPUS = Path(__file__).parents[2] / "schema" / "examples" / "hostile-headers.json"
LAYOUT = layout_from(TINY_BASE)
SLOT = 5  # the good file's: publishing always names the slot
GOOD = write_adapter(tiny_adapter(LAYOUT), LAYOUT)
_LENGTH = int.from_bytes(GOOD[:8], "little")
TEXT, DATA = GOOD[8 : 8 + _LENGTH].decode().rstrip(" "), GOOD[8 + _LENGTH :]
Q, V = "up.attn1.to_q", "up.attn1.to_v"


def our_verdict(content: bytes) -> str | None:
    """The reason why our reader refuses the file, or None. Nothing but FileRefused may come out of it."""
    try:
        read_adapter(content, LAYOUT, SLOT)
    except FileRefused as refused:
        return refused.reason
    return None


def reference_opens(content: bytes) -> bool:
    """Whether the reference reader takes the file."""
    try:
        deserialize(content)
    except SafetensorError:
        return False
    return True


def of_text(text: str | bytes) -> bytes:
    """The good file's data behind a header of this very text, padded as the format has it."""
    raw = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    return framed(raw + b" " * (-len(raw) % 8), DATA)


def replaced(old: str, new: str | bytes) -> bytes:
    """The good file with a piece of its header's text replaced, byte for byte."""
    assert old in TEXT, old
    before, after = TEXT.split(old, 1)
    return of_text(before.encode() + (new if isinstance(new, bytes) else new.encode()) + after.encode())


def _entry(name: str) -> str:
    begin = TEXT.index(f'"{name}":{{"data_offsets"')
    return TEXT[begin : TEXT.index("}", begin) + 1]


def _with_shape(written: str) -> bytes:
    entry = _entry(Q)
    begin = entry.index('"shape":[') + len('"shape":[')
    return replaced(entry, entry[:begin] + written + entry[entry.index("]", begin) :])


def _training(written: str) -> bytes:
    return metadata_set(GOOD, training=written)


def hostile() -> Iterator[tuple[str, bytes]]:
    """Files by name, each with one thing that some reader takes and another does not, and a few that all take."""
    q = _entry(Q)
    shape = json.loads(q.split(":", 1)[1])["shape"]
    rows, columns = shape
    yield "the good file", GOOD
    yield "a key written with an escape", replaced('"concept"', '"\\u0063oncept"')
    yield "whitespace of all four kinds", of_text(TEXT.replace(",", " ,\t\r\n"))
    yield "a form feed between members", of_text(TEXT.replace(",", ",\f", 1))
    for depth in (8, 31, 32, 33, 127, 128, 129, 4_000):
        yield f"an unknown tensor nested {depth} deep", of_text(f'{TEXT[:-1]},"a":{"[" * depth}{"]" * depth}}}')
        yield f"training nested {depth} deep", _training(f'{{"a":{"[" * depth}{"]" * depth}}}')
    yield "a tensor twice, the same", replaced(q, f"{q},{q}")
    yield "a tensor twice, once with another key's escape", replaced(q, q + "," + q.replace("up.attn", "\\u0075p.attn"))
    yield "a tensor twice, the second elsewhere", replaced(q, f"{q},{q.replace(str(rows), '1', 1)}")
    yield "__metadata__ twice", of_text('{"__metadata__":{},' + TEXT[1:])
    yield "a metadata key twice", replaced('"trigger":', '"trigger":"<eve>","trigger":')
    yield "a field of a tensor twice", replaced(q, q.replace('"dtype":"F16"', '"dtype":"F32","dtype":"F16"'))
    yield "__metadata__ that is null", of_text('{"__metadata__":null,' + TEXT[TEXT.index('"tokens"') :])
    for written in (
        *(
            f"{rows}.0,{columns}",
            f"{rows}e0,{columns}",
            f"{rows}E+0,{columns}",
            f"0{rows},{columns}",
            f"+{rows},{columns}",
        ),
        *(
            f"-{rows},-{columns}",
            f"{rows}.,{columns}",
            f"{rows},{columns},1",
            f"-0,{columns}",
            f"{rows},{columns},",
            f"{rows},null",
        ),
        *(
            "NaN,1",
            "Infinity,1",
            f"true,{rows * columns}",
            f'"{rows}",{columns}',
            "9" * 20,
            "9" * 5_000,
            "1e400",
            "1e5000",
            "0x3,8",
        ),
        *(str(2**53), str(2**64), f"{2**32},{2**32}", f"0,{2**60}", "", f"1{'0' * 400}"),
    ):
        yield (
            f"a shape [{written[:24]}{'...' if len(written) > 24 else ''}] of {len(written)} characters",
            _with_shape(written),
        )
    yield (
        "an offset written 2.0",
        rebuilt(GOOD, lambda header: header[Q].update(data_offsets=[float(at) for at in header[Q]["data_offsets"]])),
    )
    yield "an offset of -0", replaced('"data_offsets":[0,', '"data_offsets":[-0,')
    yield (
        "an entry that is a list",
        replaced(q, f'"{Q}":["F16",[{rows},{columns}],{json.loads(q.split(":", 1)[1])["data_offsets"]}]'),
    )
    for name, half in (
        ("leading", "\\ud83d"),
        ("trailing", "\\ude00"),
        ("turned", "\\ude00\\ud83d"),
        ("doubled", "\\ud83d\\ud83d\\ude00"),
    ):
        yield f"a {name} half of a character in the concept", replaced('"concept":"', f'"concept":"{half}')
        yield f"a {name} half of a character in a key", replaced('"concept"', f'"x{half}":"","concept"')
        yield (
            f"a {name} half of a character in a tensor's name",
            of_text(f'{TEXT[:-1]},"{half}":{{"dtype":"F16","shape":[0],"data_offsets":[0,0]}}}}'),
        )
        yield f"a {name} half of a character inside training", _training(f'{{"a":"{half}"}}')
    yield "a whole character as two escapes", replaced('"concept":"', '"concept":"\\ud83d\\ude00')
    yield "half a character in raw bytes", replaced('"concept":"', b'"concept":"\xed\xa0\xbd')
    yield "an overlong NUL", replaced('"concept":"', b'"concept":"\xc0\x80')
    for name, code in (
        ("NUL", 0),
        ("escape", 27),
        ("DEL", 127),
        ("C1", 0x9B),
        ("an override", 0x202E),
        ("an isolate", 0x2066),
        ("U+FFFE", 0xFFFE),
        ("U+1FFFE", 0x1FFFE),
        ("U+10FFFF", 0x10FFFF),
        ("a line end", 10),
    ):
        yield f"{name} in the concept, escaped", metadata_set(GOOD, concept=f"a{chr(code)}b")
        yield f"{name} in another value", metadata_set(GOOD, **{"modelspec.title": f"a{chr(code)}b"})
        yield f"{name} in another key", metadata_set(GOOD, **{f"a{chr(code)}b": "x"})
    yield "a raw control character in a text", replaced('"concept":"', b'"concept":"\x01')
    yield "a raw line end in a text", replaced('"concept":"', b'"concept":"\n')
    yield "an escape that JSON does not have", replaced('"concept":"', '"concept":"\\x41')
    yield "an escape cut short", replaced('"concept":"', '"concept":"\\u12')
    for name, concept in (
        ("empty", ""),
        ("a space", " "),
        ("zero width", "\u200b"),
        ("a Hangul filler", "\u3164"),
        ("an empty Braille cell", "\u2800"),
        ("tags", "\U000e0041"),
    ):
        yield f"a concept that is {name}", metadata_set(GOOD, concept=concept)
        yield f"a class word that is {name}", metadata_set(GOOD, class_word=concept)
    for concept in ("a" * 120, "a" * 121, "\U0001f600" * 120, "\U0001f600" * 121, "a" * 10_000):
        yield f"a concept of {len(concept)} characters, {concept[0]!r}", metadata_set(GOOD, concept=concept)
    for word in ("a" * 32, "a" * 33, "person,dog", "person\uff0cdog"):
        yield f"the class word {word[:12]!r} of {len(word)} characters", metadata_set(GOOD, class_word=word)
    yield "a concept with spaces around it", metadata_set(GOOD, concept=" Ada ")
    yield "a concept of many scripts", metadata_set(GOOD, concept="初音ミク e\u0301 שלום \U0001f469\u200d\U0001f680")
    for trigger in (
        "ada",
        "<Ada>",
        "<>",
        "<a b>",
        "<a>\n",
        "<" + "a" * 64 + ">",
        "<" + "a" * 65 + ">",
        "<a_b>",
        "<\u0430da>",
    ):
        yield f"the trigger {trigger[:12]!r} of {len(trigger)} characters", metadata_set(GOOD, trigger=trigger)
    for strength in (
        "1.",
        ".5",
        "+1",
        "1e0",
        "1E-400",
        "2.0000000001",
        "٣",
        "1_0",
        "0x1",
        "nan",
        " 1",
        "-0",
        "0." + "1" * 80,
        "1\n",
    ):
        yield f"the strength {strength[:12]!r} of {len(strength)} characters", metadata_set(GOOD, strength=strength)
    for training in (
        *(
            '{"a":NaN}',
            '{"a":Infinity}',
            '{"a":-Infinity}',
            '{"a":1e999}',
            '{"a":-1e999}',
            '{"a":' + "9" * 300 + "}",
            '{"a":' + "9" * 5_000 + "}",
        ),
        *(
            '{"a":1,"a":2}',
            '{"a":{"b":1,"b":1}}',
            '{"a":01}',
            '{"a":1.}',
            "{'a':1}",
            '{"a":1,}',
            "{}{}",
            "[{}]",
            "null",
            "",
            " {} ",
            '{"a":-0}',
            '{"a":1e-999}',
        ),
        *(
            "\ufeff{}",
            '{"a":"\\u0000"}',
            '{"a":"\u0000"}',
            '{"a":/**/1}',
            '{"__proto__":{"a":1}}',
            '{"a":"\\ud83d\\ude00"}',
        ),
    ):
        yield f"training {training[:16]!r} of {len(training)} characters", _training(training)
    for slot in ("5.0", " 5", "5\n", "\u0665", "+5", "5e0", "0x5", "9" * 400):
        yield f"the slot {slot[:12]!r} of {len(slot)} characters", metadata_set(GOOD, slot=slot)
    for digest in ("", "0" * 64, "A" * 64, "0" * 63, "0" * 64 + "\n"):
        yield f"a hash {digest[:4]!r} of {len(digest)} characters", metadata_set(GOOD, tensors_sha256=digest)
    yield "an upper-case hash", metadata_set(GOOD, tensors_sha256=hashlib.sha256(DATA).hexdigest().upper())
    yield "a byte order mark before the header", of_text(b"\xef\xbb\xbf" + TEXT.encode())
    yield "a comment in the header", replaced(q, f"/* */{q}")
    yield "a comma too many", of_text(TEXT[:-1] + ",}")
    yield "two values in the header", of_text(TEXT + "{}")
    yield "a NUL behind the header", framed(TEXT.encode() + b"\0" * (-len(TEXT.encode()) % 8 or 8), DATA)
    yield "a header that is a list", of_text("[" + TEXT + "]")
    yield "an empty header", framed(b"", b"{" + DATA)
    yield "a tensor without a name", of_text(f'{TEXT[:-1]},"":{{"dtype":"F16","shape":[0],"data_offsets":[0,0]}}}}')
    yield (
        "a tensor named __proto__",
        of_text(f'{TEXT[:-1]},"__proto__":{{"dtype":"F16","shape":[0],"data_offsets":[0,0]}}}}'),
    )
    yield "a type of the newest readers only", replaced('"dtype":"F16"', '"dtype":"F8_E8M0"')


def described(name: str, content: bytes) -> dict[str, Any]:
    """A file as both suites read it."""
    return {
        "name": name,
        "reason": our_verdict(content),
        "reference": reference_opens(content),
        "base64": base64.b64encode(content).decode(),
    }


# What a mutation may put somewhere in the header's text.
_PIECES = (
    *(
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        '"',
        "\\",
        "0",
        "-",
        ".0",
        "e1",
        "1" * 30,
        "null",
        "true",
        "NaN",
        "\\ud83d",
        "\\u0000",
        "\\u202e",
    ),
    *(
        "\u200b",
        "\u202e",
        "\t",
        "\x01",
        "\x7f",
        " ",
        '"a":1,',
        '"a":"b",',
        '"__metadata__":{},',
        _entry(Q) + ",",
        "__proto__",
    ),
    *("F16", "F32", "[0,0]", '{"dtype":"F16","shape":[0],"data_offsets":[0,0]}', "\U0001f642", "é", "[" * 40, "]" * 40),
)


def mutated(rng: random.Random) -> bytes:
    """The good file with one to four pieces inserted, removed, doubled or exchanged, its framing mostly kept."""
    text = TEXT
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(len(text) + 1)
        end = min(len(text), at + rng.choice((0, 0, 1, 1, 2, 5, 20)))
        kind = rng.choice(("piece", "doubled", "nothing"))
        middle = text[at:end] * 2 if kind == "doubled" else ""
        if kind == "piece":
            middle = rng.choice(_PIECES)
        text = text[:at] + middle + text[end:]
    raw = bytearray(text.encode("utf-8", "surrogatepass"))
    if rng.random() < 0.1 and raw:
        raw[rng.randrange(len(raw))] = rng.randrange(256)
    if rng.random() < 0.9:
        return of_text(bytes(raw))
    content = bytearray(of_text(bytes(raw)))
    content[rng.randrange(8)] ^= 1 << rng.randrange(8)
    return bytes(content)


def main() -> None:
    """Write the corpus, or print mutated files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", action="store_true")
    parser.add_argument("--fuzz", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    if arguments.corpus:
        files = [described(name, content) for name, content in hostile()]
        lines = ",\n    ".join(json.dumps(each, ensure_ascii=True) for each in files)
        CORPUS.write_text(f'{{\n  "base": {json.dumps(TINY_BASE)},\n  "files": [\n    {lines}\n  ]\n}}\n')
        sys.stdout.write(f"{len(files)} files, {sum(each['reason'] is None for each in files)} accepted\n")
    rng = random.Random(arguments.seed)
    for number in range(arguments.fuzz):
        sys.stdout.write(json.dumps(described(f"{arguments.seed}/{number}", mutated(rng))) + "\n")


if __name__ == "__main__":
    main()
