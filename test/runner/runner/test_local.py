"""The commands that need no edge: files in, files out, and one clear line where an input is no good."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from scripts_of_jobs import picture, png_bytes
from tiny_base import adapter_file, tiny_base

from orthoplex import exporting, importing, inspection, local, local_training
from orthoplex.cli import main
from orthoplex.ortho.adapter import read_adapter
from orthoplex.training_folder import read_training_folder

Command = Callable[..., int]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Four pictures and their captions."""
    for number in range(4):
        (tmp_path / f"{number}.png").write_bytes(png_bytes(picture(64 + number)))
    (tmp_path / "captions.json").write_text(json.dumps({"0.png": "smiling"}))
    return tmp_path


def test_a_folder_of_pictures_becomes_an_adapter_file_and_samples(command: Command, folder: Path) -> None:
    out = folder / "made" / "ada.safetensors"
    assert command("train", folder, "--trigger", "<ada>", "--slot", 5, "--steps", 1, "--out", out) == 0
    assert read_adapter(out.read_bytes(), tiny_base().layout, slot=5).trigger == "<ada>"
    with Image.open(out.with_name("ada-0.png")) as sample:
        assert sample.size == (256, 256)


def test_hidden_files_are_ignored_and_a_picture_of_an_unsupported_kind_is_named(folder: Path) -> None:
    count = len(read_training_folder(folder).items)
    (folder / "._a.png").write_bytes(b"\0\5\26\7")
    assert len(read_training_folder(folder).items) == count
    (folder / "IMG_1.HEIC").write_bytes(b"\0\0\0\x18ftypheic")
    with pytest.raises(ValueError, match=r"IMG_1\.HEIC"):
        read_training_folder(folder)


def test_captions_are_read_in_common_encodings_and_under_common_file_names(folder: Path) -> None:
    words = "gro\u00dfes Caf\u00e9"
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "cp1252"):
        (folder / "1.TXT").write_bytes(words.encode(encoding))
        assert read_training_folder(folder).items[1][1] == words
    (folder / "0.png").rename(folder / "e\u0301.png")
    (folder / "captions.json").write_bytes(json.dumps({"\u00e9.png": "smiling"}).encode("utf-16"))
    assert read_training_folder(folder).items[-1][1] == "smiling"


def test_a_caption_with_a_nul_is_refused_by_its_file(folder: Path) -> None:
    (folder / "1.txt").write_bytes(b"smiling\0")
    with pytest.raises(ValueError, match=r"1\.txt is no text"):
        read_training_folder(folder)


def test_a_folder_that_cannot_be_written_to_is_refused_before_any_work(
    command: Command, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local_training, "train_concept", lambda *_, **__: pytest.fail("trained"))
    monkeypatch.setattr(local, "sample", lambda *_: pytest.fail("generated"))
    out = folder / "0.png" / "below"
    assert command("train", folder, "--trigger", "<ada>", "--slot", 5, "--out", out / "ada.safetensors") == 2
    assert command("generate", "a person", "--out", out) == 2


def test_a_name_of_a_picture_is_one_picture_and_no_folder(command: Command, tmp_path: Path) -> None:
    out = tmp_path / "new" / "x.PNG"
    assert command("generate", "a person", "--steps", 1, "--seed", 7, "--out", out) == 0
    with Image.open(out) as drawn:
        assert json.loads(drawn.text["orthoplex"])["seed"] == 7  # type: ignore[attr-defined]
    (tmp_path / "folder.png").mkdir()
    assert command("generate", "a person", "--steps", 1, "--seed", 7, "--out", tmp_path / "folder.png") == 0
    assert (tmp_path / "folder.png" / "7.png").is_file()


NO_FOLDERS = ("x.jpg", "x.JPEG", "p.webp", "x.jfif", "x.tif", "x.zip", "x.json")
NO_WEIGHTS = ("x.png", "x.jpg", "x.webp", "x.ckpt", "x.zip", "sub", "there.safetensors")
CONVERT = ("convert", "a", "--base", "b", "--class-word", "dog", "--trigger", "<a>", "--slot", "1")


@pytest.mark.parametrize(
    "order",
    [
        ("generate", "a person", "--count", "2", "--out", "x.png"),
        *(("generate", "a person", "--out", name) for name in (*NO_FOLDERS, "x.safetensors", "0.png")),
        *(("generate", "a person", "--seed", "2", "--count", "9", "--out", "."),),
        *(("train", ".", "--trigger", "<a>", "--slot", "1", "--out", name) for name in NO_WEIGHTS),
        *(("train", ".", "--trigger", "<a>", "--slot", "1", "--out", "a", "--checkpoint", n) for n in ("sub", "x.jpg")),
        ("train", ".", "--trigger", "<a>", "--slot", "1", "--out", "sub/sampled.safetensors"),
        *(("export", "a", "--format", form, "--out", name) for form in ("peft", "kohya") for name in NO_WEIGHTS),
        *(("export", "a", "--format", "folder", "--out", name) for name in (*NO_FOLDERS, "x.safetensors", "sub")),
        *(("import", "a", "--base", "b", "--out", name) for name in NO_WEIGHTS),
        *(("merge", "a", "--base", "b", "--out", name) for name in (*NO_FOLDERS, "x.safetensors", "sub")),
        *((*CONVERT, "--out", name) for name in NO_WEIGHTS),
    ],
)
def test_a_place_of_the_wrong_kind_is_refused_before_any_work(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], order: tuple[str, ...]
) -> None:
    for module in (local, local_training, exporting, importing):
        monkeypatch.setattr(module, "load_base", lambda *_: pytest.fail("a base was loaded"), raising=False)
    monkeypatch.chdir(folder)
    (folder / "sub").mkdir()
    for name in ("there.safetensors", "sub/sampled-0.png"):
        (folder / name).write_bytes(b"mine")
    before = sorted(path.name for path in folder.iterdir())
    assert main(list(order)) == 2
    named = {".": "2.png", "sub/sampled.safetensors": "sub/sampled-0.png"}.get(order[-1], order[-1])
    assert capsys.readouterr().err.splitlines()[-1].startswith(f"orthoplex {order[0]}: {named} is ")
    assert sorted(path.name for path in folder.iterdir()) == before


def test_a_refused_order_leaves_no_folder_behind(command: Command, folder: Path) -> None:
    before = sorted(folder.rglob("*"))
    training = ("train", folder, "--trigger", "<ada>", "--slot", 5, "--class-word", "a,b", "--out")
    assert command(*training, folder / "new" / "deep" / "ada.safetensors") == 2
    for out in (folder / "new" / "deep", folder / "new" / "one.png"):
        assert command("generate", "a person", "--size", "large", "--out", out) == 2
    assert sorted(folder.rglob("*")) == before


def test_what_is_there_is_replaced_with_force_only(
    command: Command, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = folder / "new" / "ada.safetensors"
    training = ("train", folder, "--trigger", "<ada>", "--slot", 5, "--steps", 1, "--out", out)
    drawing = ("generate", "a person", "--steps", 1, "--seed", 2, "--out")
    assert command(*training) == 0
    assert command(*drawing, folder / "new") == 0
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    picture = folder / "2.png"
    for order, taken in ((training, out), ((*drawing, folder), picture), ((*drawing, picture), picture)):
        assert command(*order) == 2
        assert f"{taken} is there already; --force replaces it" in capsys.readouterr().err.splitlines()[-1]
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before
    for order in (training, (*drawing, folder / "new"), (*drawing, folder / "2.png")):
        assert command(*order, "--force") == 0
    assert (folder / "2.png").read_bytes() != before[folder / "2.png"]


@pytest.mark.parametrize("names", [("--class-word", "person,dog"), ("--concept", "a" * 121)])
def test_names_that_no_file_holds_are_refused_before_any_work(
    command: Command, folder: Path, monkeypatch: pytest.MonkeyPatch, names: tuple[str, str]
) -> None:
    monkeypatch.setattr(local_training, "train_concept", lambda *_, **__: pytest.fail("trained"))
    out = folder / "ada.safetensors"
    assert command("train", folder, "--trigger", "<ada>", "--slot", 5, "--out", out, *names) == 2


def test_pictures_come_in_the_order_of_their_names_with_their_captions(folder: Path) -> None:
    read = read_training_folder(folder).items
    assert [image.width for image, _ in read] == [64, 65, 66, 67]
    assert [caption for _, caption in read] == ["smiling", None, None, None]


def test_adapter_files_are_generated_together_each_in_its_region(command: Command, tmp_path: Path) -> None:
    for slot, name in ((3, "ada"), (4, "bob")):
        (tmp_path / f"{name}.safetensors").write_bytes(adapter_file(slot, f"<{name}>"))
    ada, bob = f"{tmp_path}/ada.safetensors=0.8@0,0,0.5,1", f"{tmp_path}/bob.safetensors"
    drawing = ("generate", "<ada>; <bob>", "--size", "512x256", "--steps", 2, "--count", 2, "--out", tmp_path)
    assert command(*drawing, "--adapter", ada, "--adapter", bob) == 0
    with Image.open(tmp_path / "1.png") as drawn:
        recipe = json.loads(drawn.text["orthoplex"])  # type: ignore[attr-defined]
    assert [(each["ref"], each["strength"]) for each in recipe["adapters"]] == [("ada", 0.8), ("bob", 0.6)]
    assert recipe["adapters"][0]["region"] == {"x": 0.0, "y": 0.0, "width": 0.5, "height": 1.0}


@pytest.mark.parametrize(
    "arguments",
    [
        ("generate", "a person", "--adapter", "nowhere.safetensors"),
        ("generate", "a person", "--adapter", __file__),
        ("generate", "a person", "--size", "large"),
        ("generate", "a person", "--size", "100x256"),
        ("generate", "a person", "--count", "0"),
        ("generate", "a person; a person"),
        ("train", "nowhere", "--trigger", "<a>", "--slot", "1", "--out", "a.safetensors"),
    ],
)
def test_invalid_input_exits_2_with_one_line(
    command: Command, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]
) -> None:
    assert command(*arguments) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"orthoplex {arguments[0]}: ")
    assert said.count("\n") == 1


def test_files_are_inspected_alone_and_in_pairs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inspection, "describe_base", lambda _base: tiny_base().description)
    for slot, name in ((3, "ada"), (4, "bob")):
        (tmp_path / f"{name}.safetensors").write_bytes(adapter_file(slot, f"<{name}>"))
    files = [str(tmp_path / f"{name}.safetensors") for name in ("ada", "bob")]
    assert main(["inspect", "--json", *files]) == 0
    ada, bob, pair = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert (ada["file"], ada["slot"], ada["trigger"], bob["slot"]) == (files[0], 3, "<ada>", 4)
    assert ada["norm_max"] > 0
    assert pair == {"files": files, "composable": True, "shared_columns": 0}
    (tmp_path / "broken.safetensors").write_bytes(b"no")
    assert main(["inspect", str(tmp_path / "broken.safetensors")]) == 2
    assert "broken.safetensors" in capsys.readouterr().err


def test_doctor_reports_what_this_machine_has_and_what_fits(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--device", "cpu", "--json"]) == 0
    machine, *others = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert machine["memory_bytes"] > 0
    assert {each["package"] for each in others if "package" in each} >= {"torch", "diffusers"}
    bases = [each for each in others if "base" in each]
    assert bases
    assert all(each["weights_bytes"] > 0 and each["verdict"] == "fits" for each in bases)


@pytest.mark.parametrize(
    "command", ["run", "train", "generate", "base", "export", "import", "convert", "merge", "inspect", "doctor"]
)
def test_every_command_has_examples_in_its_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main([command, "--help"])
    assert f"  orthoplex {command} " in capsys.readouterr().out.replace("doctor\n", "doctor \n")
