"""Makes the golden vectors that bind Python and TypeScript: `python -m orthoplex.ortho.golden schema/examples`.

Basis values come from 40-digit arithmetic on the plain formula, not from the code under test. Output is deterministic.
"""

import json
import random
import sys
from pathlib import Path
from typing import Any

import mpmath

from orthoplex.ortho.basis import BASIS_NAME, sign_row
from orthoplex.ortho.golden_files import adapter_examples
from orthoplex.ortho.slot import class_of, field_size, overlap_bound, radix_of, shared_columns, slot_columns

CODES = (((128,), 4), ((256,), 8), ((320, 640, 768, 1280), 8), ((320, 640, 768, 1280), 16), ((640, 1280, 2048), 16))


def basis_value(n: int, seed: int, i: int, k: int) -> float:
    """s_i c_k cos(pi (2i + 1) k / 2n) in 40-digit arithmetic, rounded once."""
    with mpmath.workdps(40):
        scale = mpmath.sqrt(mpmath.mpf(1 if k == 0 else 2) / n)
        return float(sign_row(n, seed)[i] * scale * mpmath.cos(mpmath.pi * (2 * i + 1) * k / (2 * n)))


def basis_examples() -> dict[str, Any]:
    """Signs and values of a few columns of every dimension in use."""
    cases = []
    for n, seed in [(128, 7), (256, 1), (320, 1), (640, 1), (768, 1), (1024, 1), (1280, 1), (2048, 4294967295)]:
        ks = sorted({0, 1, 2, n // 4, n // 2, n - 1, *random.Random(n).sample(range(n), 4)})
        rows = sorted({0, 1, n // 2, n - 1, *random.Random(n + 1).sample(range(n), 4)})
        values = [[basis_value(n, seed, i, k) for k in ks] for i in rows]
        signs = "".join("-" if sign < 0 else "+" for sign in sign_row(n, seed)[:64])
        cases.append({"n": n, "seed": seed, "signs": signs, "columns": ks, "rows": rows, "values": values})
    return {"basis": BASIS_NAME, "tolerance": 1e-15, "cases": cases}


def slot_examples() -> dict[str, Any]:
    """Columns of single slots and overlaps of pairs, for each base family's dimensions."""
    columns, pairs = [], []
    for dims, rank in CODES:
        radix = radix_of(dims, rank)
        source = random.Random(radix * rank)
        singles = [
            0,
            1,
            radix - 1,
            radix,
            radix**2 + radix + 1,
            source.randrange(radix**3),
            source.randrange(2**53 - 1),
        ]
        near = [(0, 0), (0, radix - 1), (0, radix), (1, radix**2 - 1), (5, radix**2 + 5)]
        random_pairs = [tuple(source.sample(range(radix**3), 2)) for _ in range(12)]
        for n in dims:
            head = {"n": n, "rank": rank, "radix": radix}
            columns += [
                {
                    **head,
                    "slot": slot,
                    "q": field_size(n, rank),
                    "class": class_of(slot, radix),
                    "columns": list(slot_columns(slot, n, rank, radix)),
                }
                for slot in singles
                if slot < radix**rank
            ]
            pairs += [
                {
                    **head,
                    "a": a,
                    "b": b,
                    "shared_columns": shared_columns(a, b, n=n, r=rank, radix=radix),
                    "overlap_bound": overlap_bound(a, b, radix, rank),
                }
                for a, b in [*near, *random_pairs]
            ]
    return {"columns": columns, "pairs": pairs}


def main(folder: Path) -> None:
    """Write basis.json, slot.json and adapter.json into `folder`."""
    examples = {"basis": basis_examples(), "slot": slot_examples(), "adapter": adapter_examples()}
    for name, content in examples.items():
        (folder / f"{name}.json").write_text(one_item_a_line(content), "utf-8")


def one_item_a_line(content: dict[str, Any]) -> str:
    """JSON of which a difference can be read: each key, and each item of a list, on a line of its own."""
    parts = []
    for key, value in content.items():
        rows = [json.dumps(item, ensure_ascii=False) for item in value] if isinstance(value, list) else None
        text = json.dumps(value, ensure_ascii=False) if rows is None else "[\n    " + ",\n    ".join(rows) + "\n  ]"
        parts.append(f"  {json.dumps(key)}: {text}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit("usage: python -m orthoplex.ortho.golden FOLDER")
    main(Path(sys.argv[1]))
