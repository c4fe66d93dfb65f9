"""Bases of this machine: a pipeline folder is added once, and then trained, sampled and served like any other."""

from __future__ import annotations

import errno
import json
import shutil
from pathlib import Path

import pytest
from PIL import Image

from orthoplex.bases import load_base, present_bases
from orthoplex.bases.registry import BaseRefused, add_base, describe_base, expected_bytes
from orthoplex.cli import main
from orthoplex.ortho.adapter import read_adapter

PROMPT = ("generate", "<ada> smiling", "--base", "my-sd", "--size", "128x64", "--steps", "2", "--sampler", "DDIM")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder for bases."""
    monkeypatch.setenv("ORTHOPLEX_BASES", str(tmp_path / "bases"))
    return tmp_path


def test_an_added_pipeline_is_a_base_that_trains_and_generates(
    folder: Path, sd_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["base", "add", str(sd_folder), "--id", "my-sd", "--title", "My SD"]) == 0
    assert main(["base", "list"]) == 0
    assert "my-sd  My SD" in capsys.readouterr().out
    assert present_bases() == ["my-sd"]
    assert load_base("my-sd").layout.base == "my-sd"
    for number in range(4):
        Image.new("RGB", (80, 64 + number), (200, 40 * number, 90)).save(folder / f"{number}.png")
    adapter = folder / "ada.safetensors"
    training = ["train", str(folder), "--base", "my-sd", "--trigger", "<ada>", "--slot", "3", "--steps", "1"]
    assert main([*training, "--out", str(adapter)]) == 0
    assert main([*PROMPT, "--adapter", str(adapter), "--out", str(folder / "drawn")]) == 0
    with Image.open(folder / "drawn" / "0.png") as picture:
        assert picture.size == (128, 64)


def test_a_folder_of_kohya_says_trigger_and_class_and_memory_is_estimated_first(
    folder: Path, sd_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    add_base(str(sd_folder), "my-sd", "My SD")
    pictures = folder / "img" / "10_ada woman"
    pictures.mkdir(parents=True)
    for number in range(2):
        Image.new("RGB", (160, 80), (200, 90 * number, 90)).save(pictures / f"{number}.png")
    out = folder / "ada.safetensors"
    training = [
        "train",
        str(folder / "img"),
        "--base",
        "my-sd",
        "--slot",
        "3",
        "--vram",
        "8",
        "--json",
        "--device",
        "cpu",
    ]
    training += ["--dtype", "fp32", "--out", str(out)]
    assert main([*training, "--estimate"]) == 0
    (said,) = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert (said["batch"], said["accumulate"], said["fits"]) == (1, 4, True)
    assert said["needed_bytes"] > 0
    assert not out.exists()
    assert main([*training, "--steps", "2", "--sample-every", "1", "--flip"]) == 0
    assert (folder / "ada-step-1.png").exists()
    adapter = read_adapter(out.read_bytes(), load_base("my-sd").layout)
    assert (adapter.trigger, adapter.class_word) == ("<ada>", "woman")


def test_doctor_and_train_estimate_trainings_by_size_and_card(
    folder: Path, sd_folder: Path, zimage_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    add_base(str(sd_folder), "my-sd", "My SD")
    add_base(str(zimage_folder), "my-z", "My Z")
    assert main(["doctor", "--device", "cpu", "--training", "--json"]) == 0
    said = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    for base_id in ("my-sd", "my-z"):
        rows = [row for row in said if row.get("base") == base_id and "vram" in row]
        assert {row["vram"] for row in rows} == {8, 12, 24}
        assert all(row["fits"] for row in rows)
    (row,) = [row for row in said if (row.get("base"), row.get("vram"), row.get("side")) == ("my-z", 12, 64)]
    order = ["train", "none", "--base", "my-z", "--slot", "3", "--vram", "12", "--resolution", "64", "--estimate"]
    assert main([*order, "--device", "cpu", "--json", "--out", str(folder / "ada.safetensors")]) == 0
    (estimate,) = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert (estimate["needed_bytes"], estimate["batch"], estimate["accumulate"]) == (row["needed_bytes"], 2, 2)


def test_an_id_cannot_be_added_twice(folder: Path, sd_folder: Path) -> None:
    add_base(str(sd_folder), "my-sd", "My SD")
    for base_id, says in (("my-sd", "already"), ("cast-3", "already"), ("My SD", "no id")):
        with pytest.raises(BaseRefused, match=says):
            add_base(str(sd_folder), base_id, "Again")
    assert describe_base("my-sd")["title"] == "My SD"
    assert (folder / "bases" / "my-sd" / "pipeline").is_symlink()


@pytest.mark.parametrize("title", ["", " ", "x" * 121, "two\nlines", "\x1b[31mred"])
@pytest.mark.usefixtures("folder")
def test_a_title_that_nobody_could_read_is_refused(title: str, sd_folder: Path) -> None:
    with pytest.raises(BaseRefused, match="--title"):
        add_base(str(sd_folder), "my-sd", title)
    assert present_bases() == []


def test_a_base_that_could_not_be_written_leaves_its_id_free(
    folder: Path, sd_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as disk:
        disk.setattr("pathlib.Path.write_text", _full)
        with pytest.raises(OSError, match="my-sd"):
            add_base(str(sd_folder), "my-sd", "My SD")
    assert list((folder / "bases").iterdir()) == []
    assert add_base(str(sd_folder), "my-sd", "My SD")["id"] == "my-sd"


def _full(path: Path, *_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device", str(path))


@pytest.mark.parametrize("index", ["", "[]", "{", '{"_class_name": 3}'])
def test_an_index_that_is_none_is_refused_in_one_line(
    index: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "model_index.json").write_text(index)
    assert main(["base", "add", str(folder), "--id", "my-sd", "--title", "My SD"]) == 2
    assert str(folder) in capsys.readouterr().err


def test_the_memory_of_a_base_is_estimated_from_its_files(folder: Path, sd_folder: Path) -> None:
    add_base(str(sd_folder), "my-sd", "My SD")
    on_disk = sum(path.stat().st_size for path in sd_folder.rglob("*.safetensors"))
    assert on_disk > 0
    assert expected_bytes("my-sd", "cpu") in (on_disk, 2 * on_disk)
    assert folder.exists()


def test_a_pipeline_of_the_hub_is_fetched_into_its_cache_and_added(
    folder: Path, sd_folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The cache as the hub's own client lays it out: nothing is asked of the network."""
    cache = folder / "hub" / "models--ada--tiny-sd"
    (cache / "refs").mkdir(parents=True)
    (cache / "refs" / "main").write_text("0" * 40)
    shutil.copytree(sd_folder, cache / "snapshots" / ("0" * 40))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(folder / "hub"))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    assert main(["base", "add", "ada/tiny-sd", "--id", "hub-sd", "--title", "From the hub"]) == 0
    assert describe_base("hub-sd")["weights_sha256"] == describe_sd(sd_folder)
    assert main(["base", "add", "ada/none", "--id", "none", "--title", "None"]) == 2
    assert "ada/none could not be fetched" in capsys.readouterr().err


def describe_sd(folder: Path) -> str:
    from orthoplex.bases.sd.describe import weights_sha256

    return weights_sha256(folder)


def test_a_folder_without_a_pipeline_is_refused_in_one_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["base", "add", str(folder), "--id", "x", "--title", "X"]) == 2
    assert "model_index.json" in capsys.readouterr().err


def test_a_pipeline_with_a_description_of_the_product_is_a_base_where_its_packages_are(
    folder: Path, sd_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from orthoplex.bases.sd.describe import describe  # needs diffusers, as the pipeline does

    descriptions = folder / "descriptions"
    descriptions.mkdir()
    monkeypatch.setenv("ORTHOPLEX_BASE_DESCRIPTIONS", str(descriptions))
    (descriptions / "bundled.json").write_text(json.dumps(describe(sd_folder, "bundled", "Bundled")))
    assert present_bases() == []
    shutil.copytree(sd_folder, folder / "bases" / "bundled" / "pipeline")
    assert present_bases() == ["bundled"]
    assert load_base("bundled").layout.base == "bundled"
    assert expected_bytes("bundled", "cpu") > 0
    monkeypatch.setattr("orthoplex.bases.registry.find_spec", lambda _: None)
    assert present_bases() == []
