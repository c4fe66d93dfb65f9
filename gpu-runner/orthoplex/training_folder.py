"""Training pictures as people keep them: one folder, a zip, or kohya's folders `10_name class`; captions beside them.

Reads files that the caller names; every fault of them is a ValueError or an OSError. Nothing is unpacked to the disk.
"""

from __future__ import annotations

import codecs
import contextlib
import json
import math
import re
import unicodedata
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from orthoplex.pictures import OTHER_PICTURE_SUFFIXES, PICTURE_SUFFIXES, PictureRefused, decode_picture

CAPTION_SUFFIXES = (".txt", ".caption")  # the first that is there
MASK_ENDINGS = ("-mask", "-masklabel", "_mask")
ZIP_BYTES_MAX = 4 << 30  # unpacked
_ZIP_UTF8 = 0x800  # APPNOTE 6.3.10, 4.4.4: bit 11
_REPEATED = re.compile(r"(?P<repeats>[1-9][0-9]{0,3})_(?P<name>[^\s].*)")

Folder = Path | zipfile.Path


@dataclass(frozen=True)
class TrainingFolder:
    """Pictures with captions, and the loss mask of each. name and class_word where kohya's folders say them.

    A picture of a folder that is repeated more often than others stands here that much more often.
    """

    items: tuple[tuple[Image.Image, str | None], ...]
    masks: tuple[Image.Image | None, ...]
    name: str | None = None
    class_word: str | None = None

    @property
    def pictures(self) -> int:
        """How many different ones."""
        return len({id(image) for image, _ in self.items})


def read_training_folder(path: Path, trigger: str | None = None) -> TrainingFolder:
    """The pictures of a folder or a zip in the order of their names.

    trigger: what stands in captions of kohya's folders where their name does; without it, `<name>`.
    """
    if path.is_file() and zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > ZIP_BYTES_MAX:
                raise ValueError(f"{path} unpacks to more than {ZIP_BYTES_MAX >> 30} GiB")
            _read_names_in_utf8(archive)
            return _read(_within(zipfile.Path(archive)), path, trigger)
    if path.is_file():
        raise ValueError(f"{path} is neither a folder of pictures nor a zip of them")
    return _read(path, path, trigger)


def _read_names_in_utf8(archive: zipfile.ZipFile) -> None:
    """Many programs write UTF-8 without the flag that says so; zipfile then reads code page 437, as the format asks."""
    for entry in archive.infolist():
        if not entry.flag_bits & _ZIP_UTF8:
            with contextlib.suppress(UnicodeError):
                entry.filename = entry.filename.encode("cp437").decode("utf-8")
    archive.NameToInfo = {entry.filename: entry for entry in archive.infolist()}


def _within(folder: Folder) -> Folder:
    """The folder that a zip holds, where it holds one and nothing else."""
    shown = _shown(folder)
    alone = len(shown) == 1 and shown[0].is_dir() and _REPEATED.fullmatch(shown[0].name) is None
    return _within(shown[0]) if alone else folder


def _shown(folder: Folder) -> Sequence[Folder]:
    # macOS leaves ._NAME beside each file on foreign disks, __MACOSX in zips; no other hidden file is meant either.
    return sorted(
        (each for each in folder.iterdir() if not each.name.startswith((".", "__MACOSX"))), key=lambda each: each.name
    )


def _read(folder: Folder, source: Path, trigger: str | None) -> TrainingFolder:
    repeated = [(each, found) for each in _shown(folder) if each.is_dir() and (found := _REPEATED.fullmatch(each.name))]
    if not repeated:
        items, masks = _pictures(folder, source)
        return TrainingFolder(tuple(items), tuple(masks))
    names = {found["name"].strip() for _, found in repeated}
    if len(names) > 1:
        raise ValueError(f"{source} holds {len(names)} concepts ({', '.join(sorted(names))}): train each by itself")
    said, _, class_word = names.pop().partition(" ")
    common = math.gcd(*(int(found["repeats"]) for _, found in repeated))
    items, masks = [], []
    for each, found in repeated:
        own, own_masks = _pictures(each, source)
        called = [(image, _called(caption, said, class_word, trigger or f"<{said.lower()}>")) for image, caption in own]
        items += called * (int(found["repeats"]) // common)
        masks += own_masks * (int(found["repeats"]) // common)
    return TrainingFolder(tuple(items), tuple(masks), said, class_word or None)


def _called(caption: str | None, name: str, class_word: str, trigger: str) -> str | None:
    """A kohya caption says `name class` or `name`, for which the trigger stands here."""
    if not caption:
        return None
    said = rf"{re.escape(name)}(?:\s+{re.escape(class_word)})?" if class_word else re.escape(name)
    return re.sub(rf"(?<![\w<]){said}(?![\w>])", lambda _: trigger, caption, flags=re.IGNORECASE)


def _pictures(folder: Folder, source: Path) -> tuple[list[tuple[Image.Image, str | None]], list[Image.Image | None]]:
    shown = [path for path in _shown(folder) if not path.is_dir()]
    for path in shown:
        if _suffix(path) in OTHER_PICTURE_SUFFIXES:
            raise ValueError(f"{path} is no PNG, JPEG or WebP: convert it, or take it out of the folder")
    found = [path for path in shown if _suffix(path) in PICTURE_SUFFIXES]
    stems = {_stem(path) for path in found}
    masks = dict(_masks(found, stems))
    paths = [path for path in found if path not in masks.values()]
    if not paths:
        raise ValueError(f"{source} holds no PNG, JPEG or WebP picture")
    captions = _captions(shown, folder)
    beside = _caption_files(paths, [path for path in shown if _suffix(path) in CAPTION_SUFFIXES])
    pictures, own_masks = [], []
    for path in paths:
        own = beside.get(path.name)
        written = captions.get(_composed(path.name))
        pictures.append((_decoded(path), written if own is None else _text_of(own).strip()))
        own_masks.append(_decoded(masks[_stem(path)]).convert("L") if _stem(path) in masks else None)
    return pictures, own_masks


def _caption_files(pictures: Sequence[Folder], texts: Sequence[Folder]) -> dict[str, Folder]:
    """The caption's file by the picture's name: `1.txt` or `1.png.txt` belongs to `1.png`.

    A text that belongs to no picture character by character, to one that differs in case only. The same
    as functions/lib/caption-files.ts; tests of both read schema/examples/training-files.json.
    """
    found: dict[str, Folder] = {}

    def give(those: Sequence[Folder], key_of: Callable[[str], str]) -> None:
        by_key = {key_of(_stem(path) + _suffix(path)): path for path in those}
        for picture in pictures:
            keys = (key_of(base + end) for base in (_stem(picture), picture.name) for end in CAPTION_SUFFIXES)
            text = next((by_key[key] for key in keys if key in by_key), None)
            if text is not None:
                found.setdefault(picture.name, text)

    give(texts, _composed)
    given = {path.name for path in found.values()}
    give([path for path in texts if path.name not in given], lambda name: _composed(name).lower())
    return found


def _masks(paths: Sequence[Folder], stems: set[str]) -> Iterator[tuple[str, Folder]]:
    for path in paths:
        for ending in MASK_ENDINGS:
            own = _stem(path).removesuffix(ending)
            if own != _stem(path) and own in stems:
                yield own, path


def _decoded(path: Folder) -> Image.Image:
    try:
        return decode_picture(path.read_bytes())
    except PictureRefused as error:
        raise ValueError(f"{path}: {error.detail}") from error


def _captions(shown: Sequence[Folder], folder: Folder) -> dict[str, str]:
    written = next((path for path in shown if path.name == "captions.json"), None)
    captions = json.loads(_text_of(written)) if written is not None else {}
    if not isinstance(captions, dict) or not all(isinstance(text, str) for text in captions.values()):
        raise ValueError(f"{folder / 'captions.json'} must map file names to captions")
    return {_composed(name): text for name, text in captions.items()}


def _composed(name: str) -> str:
    """macOS writes decomposed characters, others composed ones: one name is one name."""
    return unicodedata.normalize("NFC", name)


def _suffix(path: Folder) -> str:
    return Path(path.name).suffix.lower()


def _stem(path: Folder) -> str:
    return Path(path.name).stem


def _text_of(path: Folder) -> str:
    """A text file in UTF-8, in what Windows calls Unicode (UTF-16), or in its old Western code page."""
    text = _decoded_text(path.read_bytes())
    if text is None:
        raise ValueError(f"{path} is in an encoding that is not read: save it as UTF-8")
    if "\0" in text:
        raise ValueError(f"{path} is no text: it holds NUL characters")
    return text


# The same rules, with their reasons, as in functions/lib/text-file.ts; tests of both read training-files.json.
_CONTROLS = re.compile(r"[\x01-\x08\x0e-\x1f\x7f]")
_NOT_WESTERN = re.compile(rb"[\x81\x83\x86-\x88\x8d\x8f\x90\x98\x9d]|\x82[\x9f-\xf1]|\x94[\x80-\xff]|[\x80-\xff]{4}")


def _decoded_text(content: bytes) -> str | None:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", "replace")
    if guess := _bare_utf16(content):
        return content.decode(guess, "replace")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        if _NOT_WESTERN.search(content):
            return None
        text = content.decode("cp1252")
    return None if _CONTROLS.search(text) else text


def _bare_utf16(content: bytes) -> str | None:
    """The encoding of UTF-16 without a mark, where that is certain."""
    pairs = list(zip(content[::2], content[1::2], strict=False))
    if not pairs or len(content) % 2:
        return None
    if all(second == 0x30 and first > 0x40 for first, second in pairs):
        return "utf-16-le"
    if all(first == 0x30 and second > 0x40 for first, second in pairs):
        return "utf-16-be"
    even, odd = sum(first == 0 for first, _ in pairs), sum(second == 0 for _, second in pairs)
    ascii_pairs = sum(0 < first < 0x80 and 0 < second < 0x80 for first, second in pairs)
    if even and odd:
        return None
    if odd > 2 * ascii_pairs:
        return "utf-16-le"
    return "utf-16-be" if even > 2 * ascii_pairs else None
