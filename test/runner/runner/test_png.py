"""Generated pictures carry what made them, readable by other tools and by us."""

import io
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any, cast
from xml.etree import ElementTree

from PIL import Image
from scripts_of_jobs import picture

from orthoplex.png import XMP, parameters_text, write_png
from orthoplex.recipe import Recipe, RecipeAdapter, recipe_of
from orthoplex.sample import SampleSpec

ROOT = Path(__file__).resolve().parents[3]
ADA = RecipeAdapter("ada/ada:2", "ver_0", "<ada>", 0.6, 3, "ab" * 32, {"x": 0.0, "y": 0.0, "width": 0.5, "height": 1.0})


def recipe(**changes: Any) -> Recipe:
    spec = SampleSpec("<ada> smiling", seed=7, width=64, height=64, guidance=2.5, sampler="Euler")
    return replace(recipe_of("cast-3", spec, seed=7, drawn="happy", adapters=[ADA], device="cpu"), **changes)


def chunks_of(content: bytes) -> dict[str, str]:
    image = Image.open(io.BytesIO(content))
    image.load()
    return cast(dict[str, str], image.text)  # type: ignore[attr-defined]


def test_the_parameters_chunk_has_the_format_that_other_tools_read() -> None:
    lines = parameters_text(recipe(negative_prompt="hats")).split("\n")
    assert lines[0] == "<ada> smiling <lora:ada-ada-2:0.6>"
    assert lines[1] == "Negative prompt: hats"
    assert lines[2].startswith("Steps: 24, Sampler: Euler, CFG scale: 2.5, Seed: 7, Size: 64x64, Model: cast-3, ")
    hashes = re.search(r"Hashes: (\{.*?\})", lines[2].replace("Lora hashes", ""))
    assert hashes is not None
    assert json.loads(hashes[1]) == {"lora:ada-ada-2": "ab" * 6}


def test_our_own_chunk_restores_the_complete_recipe() -> None:
    stored = json.loads(chunks_of(write_png(picture(), recipe()))["orthoplex"])
    assert stored == recipe().as_json()
    assert stored["adapters"][0]["region"] == ADA.region


def test_a_prompt_in_any_script_is_preserved() -> None:
    chunks = chunks_of(write_png(picture(), recipe(prompt="<ada> 笑顔 é \U0001f642")))
    assert chunks["parameters"].startswith("<ada> 笑顔 é \U0001f642")
    assert json.loads(chunks["orthoplex"])["prompt"] == "<ada> 笑顔 é \U0001f642"


def test_a_recipe_with_unwritable_text_is_written_without_it() -> None:
    hostile = "<ada> a\x00b\ud83dc\u202ed\x9be\ufffff"
    chunks = chunks_of(write_png(picture(), recipe(prompt=hostile, drawn=hostile)))
    assert chunks["parameters"].startswith("<ada> abcdef")
    assert json.loads(chunks["orthoplex"])["prompt"] == "<ada> abcdef"


def test_every_picture_is_marked_as_generated_even_without_a_recipe() -> None:
    for made in (recipe(), None):
        xmp = chunks_of(write_png(picture(), made))["XML:com.adobe.xmp"]
        root = ElementTree.fromstring(re.sub(r"<\?xpacket.*?\?>", "", xmp))
        values = [value for element in root.iter() for value in element.attrib.values()]
        assert "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia" in values


def test_equal_pictures_with_equal_recipes_are_equal_files() -> None:
    assert write_png(picture(), recipe()) == write_png(picture(), recipe())


def test_the_xmp_is_exactly_what_the_edge_keeps() -> None:
    examples = Path(__file__).parents[3] / "schema" / "examples"
    assert (examples / "xmp-of-pictures.xml").read_text("utf-8") == XMP


def test_the_texts_are_those_that_the_edge_compares_with_an_order() -> None:
    # test/functions/dispatch/written-recipe.test.ts reads the same file.
    other = replace(ADA, ref="bob/cat,one:1", version_id="ver_1", trigger="<cat>", strength=0.123456789, region=None)
    drawn = recipe(
        prompt="<ada> smiling,\nSteps: 3; <cat> \u00e9",
        negative_prompt="hats, Seed: 9",
        adapters=[ADA, replace(other, sha256="cd" * 32)],
        clip_skip=2,
        enlarged_to="128x128",
    )
    examples = json.loads((ROOT / "schema" / "examples" / "recipe-texts.json").read_text("utf-8"))
    version = {"version": examples["recipe"]["software"]["version"]}
    drawn = replace(drawn, **version)
    assert drawn.as_json() == examples["recipe"]
    assert chunks_of(write_png(picture(), drawn)) == {**examples["texts"], "XML:com.adobe.xmp": XMP}
