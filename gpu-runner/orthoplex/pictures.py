"""Decodes uploaded pictures into plain RGB or RGBA images, or refuses them with a reason that says what to do.

Decodes PNG, JPEG and WebP only. The header is checked before any pixel is decoded, so a decompression bomb costs
nothing.
"""

import io
import warnings
from typing import Literal

from PIL import Image, ImageOps, UnidentifiedImageError

FORMATS = ("PNG", "JPEG", "WEBP")
# The same as in schema/contract/picture-files.ts; tests of both read schema/examples/training-files.json.
PICTURE_SUFFIXES = frozenset({".png", ".apng", ".jpg", ".jpeg", ".jpe", ".jfif", ".pjpeg", ".pjp", ".webp"})
OTHER_PICTURE_SUFFIXES = frozenset(
    {".heic", ".heif", ".hif", ".avif", ".jxl", ".jp2", ".tif", ".tiff", ".bmp", ".gif", ".svg", ".ico"}
    | {".tga", ".psd", ".dng", ".cr2", ".cr3", ".nef", ".arw", ".orf", ".raf", ".rw2"}
)
MAX_BYTES = 20 * 1024 * 1024
MAX_PIXELS = 16_000_000

Reason = Literal["empty", "too_many_bytes", "too_many_pixels", "type_unknown", "truncated"]


class PictureRefused(Exception):  # noqa: N818 - the act is named, as in the catalog
    """A picture that cannot be used. `reason` is one of the contract's FILE_REASONS, `detail` is for people."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason: Reason = reason
        self.detail = detail


def decode_picture(content: bytes) -> Image.Image:
    """The picture as its owner sees it: first frame, upright, 8-bit; RGBA if it says what is transparent, else RGB."""
    if not content:
        raise PictureRefused("empty", "The file has no bytes.")
    if len(content) > MAX_BYTES:
        raise PictureRefused("too_many_bytes", f"The file is larger than {MAX_BYTES >> 20} MiB.")
    image = _open(content)
    width, height = image.size
    if width * height > MAX_PIXELS:
        megapixels = width * height / 1e6
        raise PictureRefused(
            "too_many_pixels", f"The picture has {megapixels:.0f} megapixels; at most {MAX_PIXELS / 1e6:.0f} are read."
        )
    try:
        image.load()
        return _plain(ImageOps.exif_transpose(image))
    # Pillow's decoders raise many kinds for damaged data: OSError, SyntaxError, ValueError, struct.error, EOFError ...
    except Exception as error:
        raise PictureRefused("truncated", "The picture is damaged or cut off.") from error


def _open(content: bytes) -> Image.Image:
    try:
        with warnings.catch_warnings():
            # Pillow warns of large pictures; ours are refused by MAX_PIXELS, which is smaller.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            return Image.open(io.BytesIO(content), formats=FORMATS)
    except Image.DecompressionBombError as error:
        raise PictureRefused(
            "too_many_pixels", f"The picture is far larger than {MAX_PIXELS / 1e6:.0f} megapixels."
        ) from error
    except UnidentifiedImageError as error:
        raise PictureRefused("type_unknown", "This is not a PNG, JPEG or WebP picture.") from error
    except Exception as error:
        raise PictureRefused("truncated", "The picture's header is damaged.") from error


def _plain(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I;16"):
        # 16-bit grey: keep the upper byte; Pillow's own conversion would clip everything above 255 to white.
        image = image.point(lambda value: value / 256).convert("L")
    return image.convert("RGBA" if image.has_transparency_data else "RGB")
