"""What commands read: the file in FILE=STRENGTH, and whether it can be read at all, before a base is loaded for it."""

import re
from collections.abc import Iterable
from pathlib import Path

NUMBER = r"-?[0-9.]+"
LORA = re.compile(
    rf"(?P<file>.+?)(=(?P<strength>{NUMBER}))?(@(?P<trigger><[a-z0-9][a-z0-9_-]{{0,63}}>)(:(?P<words>.+))?)?"
)
ADAPTER = re.compile(rf"(?P<file>.+?)(=(?P<strength>{NUMBER}))?(@(?P<region>[0-9.]+(,[0-9.]+){{3}}))?")


def file_of(text: str, form: re.Pattern[str] = ADAPTER) -> Path:
    """The file that a command's argument of this form names. ValueError where only what comes after it is wrong."""
    parts = form.fullmatch(text)
    path = Path(parts["file"] if parts else text)
    before = re.split("[=@]", text, maxsplit=1)[0]
    if before != str(path) and not path.exists() and Path(before).is_file():
        shown = "file.safetensors=0.6" + ("@0,0,0.5,1" if form is ADAPTER else "")
        raise ValueError(f"{text} must look like {shown}")
    return path


def check_files(paths: Iterable[Path]) -> None:
    """OSError, with its name, for the first of these that cannot be read: a folder, or nothing."""
    for path in paths:
        with path.open("rb"):
            pass
