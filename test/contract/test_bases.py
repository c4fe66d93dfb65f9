"""Pipelines of Stable Diffusion and Z-Image at a real edge with a real runner: from a folder to an adapter and its
pictures, and LoRAs of other programs from their files to pictures."""

import hashlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any, Protocol

import httpx
import pytest
from PIL import Image

pytest.importorskip("diffusers", reason="needs requirements-sd.txt")

RANK = 2
ROOT = Path(__file__).resolve().parents[2]
BASE, Z_BASE = (f"tiny-{family}-{os.getpid()}" for family in ("sd", "z"))  # an edge keeps what was published
SECONDS = 240.0


class Worker(Protocol):
    url: str

    def keys(self, method: str, path: str = "", **body: Any) -> dict[str, Any]: ...


@pytest.fixture(scope="module")
def pipelines(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Base -> its folder."""
    sys.path.insert(0, str(ROOT / "test" / "runner"))
    try:
        from bases.tiny_sd import save_tiny_sd
        from bases.tiny_zimage import save_tiny_zimage
    finally:
        sys.path.pop(0)
    folder = tmp_path_factory.mktemp("pipelines")
    return {BASE: Path(save_tiny_sd(folder / "sd")), Z_BASE: Path(save_tiny_zimage(folder / "z"))}


@pytest.fixture(scope="module")
def environment(worker: Worker, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("runner")
    key = worker.keys("POST", name="bases", scopes=["runner", "read", "publish", "generate"])["key"]
    return {
        **os.environ,
        "ORTHOPLEX_URL": worker.url,
        "ORTHOPLEX_RUNNER_TOKEN": key,
        "ORTHOPLEX_BASES": str(folder / "bases"),
        "ORTHOPLEX_CACHE_DIR": str(folder / "cache"),
        "ORTHOPLEX_DEVICE": "cpu",
    }


@pytest.fixture(scope="module")
def api(worker: Worker, environment: dict[str, str]) -> Iterator[httpx.Client]:
    headers = {"authorization": f"Bearer {environment['ORTHOPLEX_RUNNER_TOKEN']}"}
    with httpx.Client(base_url=worker.url, headers=headers) as client:
        yield client


def command(environment: dict[str, str], *arguments: str) -> None:
    """One of `orthoplex`, in this process: another would load the same packages again."""
    from orthoplex.cli import main

    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        assert main(arguments) == 0


def until(condition: Callable[[], bool]) -> None:
    ends = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < ends
        time.sleep(0.5)


def picture(shade: int) -> bytes:
    file = BytesIO()
    Image.new("RGB", (96, 96), (200, shade, 90)).save(file, "PNG")
    return file.getvalue()


def uploaded(api: httpx.Client, content: bytes, kind: str = "training_image", content_type: str = "image/png") -> str:
    about = {"kind": kind, "content_type": content_type, "size_bytes": len(content)}
    sha256 = hashlib.sha256(content).hexdigest()
    made = api.post("/v1/uploads", json={**about, "sha256": sha256}).raise_for_status().json()
    if made["upload_url"]:
        httpx.put(made["upload_url"], content=content).raise_for_status()
    return str(made["id"])


@pytest.fixture(scope="module")
def runner(environment: dict[str, str], pipelines: dict[str, Path], api: httpx.Client) -> Iterator[None]:
    """A runner of the published bases, for all tests of this file."""
    for base, folder in pipelines.items():
        command(environment, "base", "add", str(folder), "--id", base, "--title", "Tiny", "--publish")
    process = subprocess.Popen(
        [sys.executable, "-m", "orthoplex", "run", "--bases", f"{BASE},{Z_BASE}"], env=environment,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    until(lambda: all(api.get(f"/v1/bases/{base}").status_code == 200 for base in pipelines))
    yield
    process.terminate()
    process.wait(30)


def train(api: httpx.Client, name: str, shades: tuple[int, ...]) -> dict[str, Any]:
    """The training of a concept from as many pictures as there are shades."""
    licence = {"spdx": "CC-BY-4.0", "credit": True, "commercial_use": True, "derivatives": True}
    adapter = {
        "name": f"{name}-{os.getpid()}",
        "title": name.title(),
        "base": BASE,
        "concept": name.title(),
        "class_word": "person",
        "licence": {**licence, "different_licence": True},
    }
    images = [{"upload_id": uploaded(api, picture(shade))} for shade in shades]
    ordered = api.post("/v1/trainings", json={"adapter": adapter, "images": images, "steps": 2})
    training: dict[str, Any] = ordered.raise_for_status().json()
    return training


def finished(api: httpx.Client, path: str) -> dict[str, Any]:
    """What is at `path` once the job there has succeeded."""
    until(lambda: api.get(path).json()["status"] not in ("queued", "running"))
    done: dict[str, Any] = api.get(path).json()
    assert (done["status"], done["error"]) == ("succeeded", None)
    return done


@pytest.mark.usefixtures("runner")
def test_an_added_pipeline_is_a_base_of_the_edge_that_trains_and_generates(
    environment: dict[str, str], api: httpx.Client
) -> None:
    command(environment, "base", "publish", BASE)  # again is the same
    described = json.loads((Path(environment["ORTHOPLEX_BASES"]) / BASE / "base.json").read_text("utf-8"))
    shown = api.get(f"/v1/bases/{BASE}").json()
    assert {name: shown.get(name) for name in described} == described
    assert BASE in [base["id"] for base in api.get("/v1/bases").json()["items"]]

    refused = api.post("/v1/generations", json={"base": BASE, "prompt": "a dog", "sampler": "Heun"})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (400, "/sampler")

    # two are trained and composed with a third that is there already; one of them is still being trained
    third = finished(api, f"/v1/trainings/{train(api, 'cleo', (200, 150, 100, 50))['id']}")
    first = finished(api, f"/v1/trainings/{train(api, 'ada', (0, 60, 120, 180))['id']}")
    second = train(api, "ben", (30, 90, 150, 210))
    triggers = [each["request"]["trigger"] for each in (first, second, third)]
    slots = [each["request"]["slot"] for each in (first, second, third)]
    assert len(set(slots)) == 3
    members = [
        {"ref": first["result"]["adapter"]},
        {"training_id": second["id"]},
        {"ref": third["result"]["adapter"], "strength": 0.8},
    ]
    order = {"adapters": members, "prompt": ", ".join(triggers), "size": "128x64", "steps": 2, "sampler": "DDIM"}
    ordered = api.post("/v1/generations", json=order).raise_for_status().json()
    (made,) = finished(api, f"/v1/generations/{ordered['id']}")["result"]["images"]
    assert (made["width"], made["height"], made["recipe"]["sampler"]) == (128, 64, "DDIM")
    assert len(made["recipe"]["adapters"]) == 3

    # the same three as a saved composition draw the same picture
    refs = [{"ref": each["result"]["adapter"]} for each in (first, finished(api, f"/v1/trainings/{second['id']}"))]
    saved = api.post("/v1/compositions", json={"members": [*refs, members[2]]}).raise_for_status().json()
    same = {**order, "composition_id": saved["id"], "seed": made["seed"]}
    del same["adapters"]
    again = api.post("/v1/generations", json=same).raise_for_status().json()
    (other,) = finished(api, f"/v1/generations/{again['id']}")["result"]["images"]
    pixels = [Image.open(BytesIO(api.get(each["url"]).content)).convert("RGB").tobytes() for each in (made, other)]
    assert pixels[0] == pixels[1]


def lora(folder: Path) -> bytes:
    """A kohya file for the pipeline in FOLDER, as its tools write one."""
    import torch
    from safetensors.torch import save

    from orthoplex.bases.sd.base import load_sd
    from orthoplex.bases.sd.describe import describe
    from orthoplex.bases.sd.foreign import names_of
    from orthoplex.bases.sd.lora_files import lora_tensors

    base = load_sd(folder, describe(folder, "a-base", "A base"), torch.device("cpu"), torch.float32)
    generator = torch.Generator().manual_seed(3)
    layers = {
        name: (
            torch.randn(RANK, shape.in_features, generator=generator),
            0.3 * torch.randn(shape.out_features, RANK, generator=generator),
        )
        for name, shape in base.layout.layers.items()
    }
    tags = {"ss_tag_frequency": json.dumps({"10_bob dog": {"park": 3}}), "ss_base_model_version": "sd_1.5"}
    return bytes(save(lora_tensors(layers, names_of(base), "kohya"), {**tags, "modelspec.license": "CC-BY-4.0"}))


def drawn(api: httpx.Client, **order: Any) -> dict[str, Any]:
    asked = {"size": "64x64", "steps": 2, "seed": 4, "base": BASE, **order}
    made = api.post("/v1/generations", json=asked).raise_for_status().json()
    done = finished(api, f"/v1/generations/{made['id']}")
    (image,) = done["result"]["images"]
    content = Image.open(BytesIO(api.get(image["url"]).content))
    found = {"warnings": done["warnings"], "metrics": done["metrics"]}
    return {**image, "pixels": content.convert("RGB").tobytes(), **found}


def published(api: httpx.Client, name: str, base: str, content: bytes) -> dict[str, Any]:
    """A version of a LoRA of another program."""
    about = {
        "name": name,
        "title": "Rex",
        "base": base,
        "concept": "Rex",
        "class_word": "dog",
        "visibility": "unlisted",
    }
    permissions = ("credit", "commercial_use", "derivatives", "different_licence")
    licence = {"spdx": "CC-BY-4.0", **dict.fromkeys(permissions, True)}
    adapter = api.post("/v1/adapters", json={**about, "licence": licence}).raise_for_status().json()
    upload = uploaded(api, content, "adapter", "application/octet-stream")
    made = api.post(f"/v1/adapters/{adapter['ref']}/versions", json={"upload_id": upload}).raise_for_status().json()
    shown: dict[str, Any] = api.post(f"/v1/versions/{made['id']}/publish").raise_for_status().json()
    return shown


@pytest.mark.usefixtures("runner")
def test_a_lora_of_another_program_is_published_marked_and_composed(
    api: httpx.Client, pipelines: dict[str, Path]
) -> None:
    name = f"rex-{os.getpid()}"
    content = lora(pipelines[BASE])
    version = shown = published(api, name, BASE, content)
    assert (shown["slot"], shown["state"], shown["trigger"]) == (None, "published", f"<{name}>")
    facts = shown["foreign"]
    assert (facts["exact"], facts["layout"], facts["rank"], facts["words"]) == (False, "kohya", RANK, "bob dog")
    tensors = content[8 + int.from_bytes(content[:8], "little") :]
    assert shown["hashes"]["autov3"] == hashlib.sha256(tensors).hexdigest()[:12].upper()

    plain = drawn(api, prompt="a dog in a park")
    rex = {"version_id": version["id"]}
    whole = drawn(api, prompt="a dog in a park", adapters=[rex])
    gated = drawn(api, prompt=f"a <{name}> in a park", adapters=[rex])
    assert len({each["pixels"] for each in (plain, whole, gated)}) == 3
    assert "loras" not in plain["recipe"]
    assert whole["recipe"]["exact"] is False
    assert "trigger" not in whole["recipe"]["loras"][0]
    assert gated["recipe"]["loras"][0]["words"] == "bob dog"
    assert any("not exact" in warning for warning in whole["warnings"])
    assert drawn(api, prompt="a dog in a park")["pixels"] == plain["pixels"]  # the runner's weights are as before

    # beside an adapter of a slot, and the previews that its publication ordered
    ada = finished(api, f"/v1/trainings/{train(api, 'dora', (0, 60, 120, 180))['id']}")
    both = drawn(
        api, prompt=f"{ada['request']['trigger']} and <{name}>", adapters=[rex, {"ref": ada["result"]["adapter"]}]
    )
    assert [each["ref"] for each in both["recipe"]["adapters"]] == [f"{ada['result']['adapter']}:1"]
    assert len(both["recipe"]["loras"]) == 1
    (crosstalk,) = both["metrics"]["crosstalk"]
    assert (crosstalk["lora"], crosstalk["member"], crosstalk["exact"]) == (
        both["recipe"]["loras"][0]["ref"], f"{ada['result']['adapter']}:1", False,
    )  # fmt: skip
    assert crosstalk["share"] > 0
    assert any("measured on one prompt each, not exact" in warning for warning in both["warnings"])
    until(lambda: len(api.get(f"/v1/versions/{version['id']}").json()["previews"]) == 4)


def dora(folder: Path) -> bytes:
    """A DoRA as PEFT and diffusers write one for Z-Image, of the joint attention in FOLDER."""
    import torch
    from safetensors.torch import load_file, save

    generator = torch.Generator().manual_seed(3)
    tensors = {}
    for name, weight in load_file(folder / "transformer" / "diffusion_pytorch_model.safetensors").items():
        if ".attention.to_" in name and name.startswith("layers."):
            stem = f"transformer.{name.removesuffix('.weight')}"
            tensors[f"{stem}.lora_A.weight"] = torch.randn(RANK, weight.shape[1], generator=generator)
            tensors[f"{stem}.lora_B.weight"] = 0.3 * torch.randn(len(weight), RANK, generator=generator)
            tensors[f"{stem}.lora_magnitude_vector"] = 1.3 * torch.linalg.vector_norm(weight, dim=1)
    return bytes(save(tensors, {"modelspec.trigger_phrase": "bob dog"}))


@pytest.mark.usefixtures("runner")
def test_a_lora_of_z_image_is_published_and_drawn_whole_and_gated(
    api: httpx.Client, pipelines: dict[str, Path]
) -> None:
    name = f"z-rex-{os.getpid()}"
    version = published(api, name, Z_BASE, dora(pipelines[Z_BASE]))
    facts = version["foreign"]
    assert (facts["exact"], facts["layout"], facts["rank"], facts["layers"]) == (False, "peft", RANK, 12)
    rex: dict[str, Any] = {"base": Z_BASE, "adapters": [{"version_id": version["id"]}]}
    plain = drawn(api, prompt="a dog in a park", base=Z_BASE)
    whole = drawn(api, prompt="a dog in a park", **rex)
    gated = drawn(api, prompt=f"a <{name}> in a park", **rex)
    assert len({each["pixels"] for each in (plain, whole, gated)}) == 3
    assert whole["recipe"]["exact"] is False
    assert (gated["recipe"]["loras"][0]["trigger"], gated["recipe"]["loras"][0]["words"]) == (f"<{name}>", "bob dog")
    assert drawn(api, prompt="a dog in a park", base=Z_BASE)["pixels"] == plain["pixels"]
    refused = api.post("/v1/generations", json={"base": Z_BASE, "prompt": "a (dog:1.2)", "size": "64x64"})
    assert refused.json()["code"] == "request_invalid"
    assert "weighs words" in refused.json()["detail"]
    elsewhere = api.post("/v1/generations", json={"base": BASE, "prompt": "a dog", "adapters": rex["adapters"]})
    assert elsewhere.json()["code"] == "adapter_incompatible"
