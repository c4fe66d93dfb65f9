"""Uploaded pictures: what people really send is read as they see it, or refused with a reason."""

import io
import random
import zlib
from typing import Any

import pytest
from edge_contract import CONTRACT, LIMITS
from PIL import Image

from orthoplex.pictures import MAX_BYTES, MAX_PIXELS, PictureRefused, decode_picture

RED, BLUE = (220, 20, 30), (20, 30, 220)


def halves(mode: str = "RGB", size: tuple[int, int] = (40, 20)) -> Image.Image:
    """Left half red, right half blue."""
    image = Image.new("RGB", size, RED)
    image.paste(BLUE, (size[0] // 2, 0, size[0], size[1]))
    return image.convert(mode)


def encoded(image: Image.Image, kind: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def is_near(pixel: Any, colour: tuple[int, int, int]) -> bool:
    return all(abs(a - b) < 40 for a, b in zip(pixel[:3], colour, strict=True))


def reason_of(content: bytes) -> str:
    with pytest.raises(PictureRefused) as caught:
        decode_picture(content)
    assert caught.value.reason in CONTRACT["file_reasons"]
    assert caught.value.detail.endswith(".")
    return caught.value.reason


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_the_three_accepted_kinds_are_read(kind: str) -> None:
    image = decode_picture(encoded(halves(), kind))
    assert (image.mode, image.size) == ("RGB", (40, 20))
    assert is_near(image.getpixel((5, 10)), RED)


def test_a_camera_picture_is_rotated_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by 90 degrees
    image = decode_picture(encoded(halves(), "JPEG", exif=exif.tobytes()))
    assert image.size == (20, 40)
    assert is_near(image.getpixel((10, 5)), RED)


def test_a_cmyk_picture_keeps_its_colours() -> None:
    image = decode_picture(encoded(halves("CMYK"), "JPEG"))
    assert image.mode == "RGB"
    assert is_near(image.getpixel((5, 10)), RED)
    assert is_near(image.getpixel((35, 10)), BLUE)


def test_transparency_is_kept_whether_by_channel_or_by_palette() -> None:
    rgba = halves("RGBA")
    rgba.putalpha(0)
    assert decode_picture(encoded(rgba, "PNG")).getpixel((5, 5))[3] == 0  # type: ignore[index]
    palette = halves().quantize(2)
    image = decode_picture(encoded(palette, "PNG", transparency=palette.getpixel((0, 0))))
    assert image.mode == "RGBA"
    assert image.getpixel((5, 5))[3] == 0  # type: ignore[index]


def test_a_grey_picture_of_16_bits_keeps_its_contrast() -> None:
    image = decode_picture(encoded(Image.new("I;16", (4, 4), 0x8000), "PNG"))
    assert image.getpixel((0, 0)) == (128, 128, 128)


def test_an_animation_is_read_as_its_first_frame() -> None:
    frames = [Image.new("RGB", (8, 8), colour) for colour in (RED, BLUE)]
    image = decode_picture(encoded(frames[0], "WEBP", save_all=True, append_images=frames[1:], lossless=True))
    assert is_near(image.getpixel((4, 4)), RED)


def test_an_empty_file_is_refused_as_empty() -> None:
    assert reason_of(b"") == "empty"


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_picture_truncated_anywhere_is_refused(kind: str) -> None:
    noise = Image.frombytes("RGB", (64, 64), random.Random(0).randbytes(64 * 64 * 3))
    content = encoded(noise, kind)
    for length in range(1, len(content) - 20, max(1, len(content) // 23)):
        assert reason_of(content[:length]) in {"truncated", "type_unknown"}


@pytest.mark.parametrize("content", [b"GIF89a" + bytes(40), b"%PDF-1.7", b"<svg/>", b"BM" + bytes(60), bytes(100)])
def test_other_kinds_are_refused_by_name(content: bytes) -> None:
    assert reason_of(content) == "type_unknown"


def test_a_picture_of_50_megapixels_is_refused_before_it_is_decoded() -> None:
    assert reason_of(encoded(Image.new("1", (10_000, 5_000)), "PNG")) == "too_many_pixels"


def test_a_decompression_bomb_is_refused() -> None:
    small = encoded(Image.new("1", (8, 8)), "PNG")
    header = small[12:16] + (60_000).to_bytes(4, "big") * 2 + small[24:29]  # IHDR: 3,600 megapixels
    bomb = small[:12] + header + zlib.crc32(header).to_bytes(4, "big") + small[33:]
    assert reason_of(bomb) == "too_many_pixels"


def test_a_file_that_is_too_large_is_refused() -> None:
    assert reason_of(bytes(MAX_BYTES + 1)) == "too_many_bytes"


def test_the_limits_are_those_of_the_contract() -> None:
    assert (LIMITS["IMAGE_MAX_BYTES"], LIMITS["IMAGE_MAX_PIXELS"]) == (MAX_BYTES, MAX_PIXELS)
