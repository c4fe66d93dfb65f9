"""python -m orthoplex.export_onnx FOLDER: writes graphs, shapes and language for the browser preview."""

from __future__ import annotations

import argparse
from pathlib import Path

from orthoplex.export_onnx.files import preview_files


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m orthoplex.export_onnx", description=__doc__)
    parser.add_argument("folder", type=Path)
    folder: Path = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in preview_files().items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(content)


if __name__ == "__main__":
    main()
