"""python -m bench [--quick] [--only WORD]: measures the rows and prints each as a line of JSON."""

import argparse
import importlib.util
import json
import sys
import time

import torch

from bench import merge, residents, sampling, training  # noqa: F401 - they register their rows
from bench.rows import GROUPS, results


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="the small setting")
    parser.add_argument("--only", default="", help="rows whose id holds this")
    parser.add_argument("--threads", type=int, default=1, help="of torch; one, so that neighbours disturb least")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    for own in GROUPS:
        if not any(arguments.only in row.id for row in own.rows):
            continue
        missing = [name for name in own.needs if importlib.util.find_spec(name) is None]
        if missing:
            for row in own.rows:
                print(json.dumps({"id": row.id, "what": row.what, "missing": ", ".join(missing)}), flush=True)
            continue
        began = time.monotonic()
        for line in results(own, arguments.quick):
            print(json.dumps(line), flush=True)
        print(f"{own.rows[0].id}: {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
