"""Training pictures in the layouts that people have: kohya's folders, captions beside pictures, masks, zips."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from orthoplex.training_folder import read_training_folder

FILES = json.loads((Path(__file__).parents[3] / "schema" / "examples" / "training-files.json").read_text("utf-8"))


def save(path: Path, shade: int = 0) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (64, 64), (shade, 0, 0)).save(path)


def zipped(folder: Path, to: Path) -> Path:
    with zipfile.ZipFile(to, "w") as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                archive.write(path, path.relative_to(folder.parent))
        archive.writestr("__MACOSX/._x.png", b"\0\5\26\7")
    return to


@pytest.fixture
def kohya(tmp_path: Path) -> Path:
    folder = tmp_path / "img"
    for name in ("10_ada woman/1.png", "10_ada woman/2.png", "5_ada woman/3.png"):
        save(folder / name)
    (folder / "10_ada woman/1.txt").write_text("a photo of Ada woman in a park")
    (folder / "10_ada woman/1.caption").write_text("not this one")
    (folder / "10_ada woman/2.caption").write_text("ada, adapted, smiling")
    return folder


@pytest.mark.parametrize("packed", [False, True])
def test_kohya_folders_say_name_class_captions_and_repeats(kohya: Path, tmp_path: Path, packed: bool) -> None:
    read = read_training_folder(zipped(kohya, tmp_path / "img.zip") if packed else kohya)
    assert (read.name, read.class_word, read.pictures) == ("ada", "woman", 3)
    captions = [caption for _, caption in read.items]
    assert sorted(captions, key=str) == sorted(
        ["a photo of <ada> in a park"] * 2 + ["<ada>, adapted, smiling"] * 2 + [None], key=str
    )


def test_the_trigger_that_was_asked_for_stands_in_captions(kohya: Path) -> None:
    captions = {caption for _, caption in read_training_folder(kohya, "<lovelace>").items}
    assert "a photo of <lovelace> in a park" in captions


def test_folders_of_several_concepts_are_refused(kohya: Path) -> None:
    save(kohya / "3_rex dog/1.png")
    with pytest.raises(ValueError, match=r"2 concepts \(ada woman, rex dog\)"):
        read_training_folder(kohya)


def test_a_mask_lies_beside_its_picture_and_is_none(tmp_path: Path) -> None:
    for name in ("1.png", "1-mask.png", "2.png", "lone-mask.png"):
        save(tmp_path / name, 200)
    read = read_training_folder(tmp_path)
    assert len(read.items) == 3
    assert [mask is not None for mask in read.masks] == [True, False, False]


def test_a_zip_without_pictures_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("readme.md", "nothing")
    with pytest.raises(ValueError, match="holds no PNG"):
        read_training_folder(tmp_path / "a.zip")


@pytest.mark.parametrize("packed", [False, True])
def test_files_are_taken_refused_and_skipped_by_their_endings(tmp_path: Path, packed: bool) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for name in FILES["pictures"]:
        Image.new("RGB", (64, 64)).save(folder / name, format="PNG")
    for name in FILES["skipped"]:
        (folder / name).write_bytes(b"x")
    place = zipped(folder, tmp_path / "pictures.zip") if packed else folder
    assert read_training_folder(place).pictures == len(FILES["pictures"])
    for name in FILES["refused"]:
        (folder / name).write_bytes(b"x")
        place = zipped(folder, tmp_path / "pictures.zip") if packed else folder
        with pytest.raises(ValueError, match=re.escape(name) + " is no PNG, JPEG or WebP"):
            read_training_folder(place)
        (folder / name).unlink()


def test_names_in_a_zip_are_read_as_utf8_also_where_it_does_not_say_so(tmp_path: Path) -> None:
    pictures = {"X\u00e4".encode("cp437"): "one", "X\u00f6".encode("cp437"): "two", "e\u0301".encode(): "three"}
    save(tmp_path / "a.png")
    files: dict[bytes, bytes] = {}
    for name, caption in pictures.items():
        files[name + b".png"] = (tmp_path / "a.png").read_bytes()
        if name[:1] == b"X":
            files[name + b".txt"] = caption.encode()
    files[b"captions.json"] = json.dumps({"\u00e9.png": "three"}).encode()
    whole = tmp_path / "old.zip"
    with zipfile.ZipFile(whole, "w") as archive:
        for i, (name, content) in enumerate(files.items()):
            archive.writestr(f"{i}".rjust(len(name), "#"), content)
    written = whole.read_bytes()
    for i, name in enumerate(files):
        written = written.replace(f"{i}".rjust(len(name), "#").encode(), name)
    whole.write_bytes(written)
    assert sorted(str(read) for _, read in read_training_folder(whole).items) == ["one", "three", "two"]


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("case", FILES["captions"], ids=lambda case: " ".join(case["files"]))
def test_captions_belong_to_pictures_by_their_names(tmp_path: Path, case: dict[str, Any], packed: bool) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for name in case["files"]:
        if name in case["captions"]:
            Image.new("RGB", (64, 64)).save(folder / name, format="PNG")
        else:
            (folder / name).write_text(name, "utf-8")
    read = read_training_folder(zipped(folder, tmp_path / "pictures.zip") if packed else folder)
    assert [caption for _, caption in read.items] == [case["captions"][name] for name in sorted(case["captions"])]


@pytest.mark.parametrize("case", FILES["texts"], ids=lambda case: f"{case['encoding']} {case['text']}")
def test_captions_are_read_in_their_own_encoding_or_refused(tmp_path: Path, case: dict[str, Any]) -> None:
    save(tmp_path / "a.png")
    (tmp_path / "a.txt").write_bytes(bytes.fromhex(case["hex"]))
    if case["text"] is None:
        with pytest.raises(ValueError, match=r"a\.txt is in an encoding that is not read: save it as UTF-8"):
            read_training_folder(tmp_path)
    else:
        assert [caption for _, caption in read_training_folder(tmp_path).items] == [case["text"]]
