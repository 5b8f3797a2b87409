"""Pictures from a visitor's browser: their size is checked before they are decoded.

A file of a few kilobytes can claim 20,000 x 20,000 pixels; decoded, it would fill the memory that all
visitors share.
"""

import io
import struct
import warnings

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps, UnidentifiedImageError

Grey = npt.NDArray[np.uint8]

MOST_BYTES = 10_000_000  # of a file; a phone's photo has three to six million
MOST_PIXELS = 16_000_000  # of a picture; a phone's photo has twelve million
WANTED = 800  # minimal length of the longer side, in pixels

FORMATS = ("PNG", "JPEG")
# what Pillow raises for broken files; struct.error for a short EXIF block
BROKEN = (OSError, ValueError, SyntaxError, EOFError, KeyError, TypeError, ZeroDivisionError, struct.error)


class PictureRefused(Exception):
    """The picture was refused; the message says why and what to do."""


def read_picture(content: bytes) -> Grey:
    """The grey levels [h, w] of a PNG or JPEG file, upright, transparency on white.

    A large JPEG is decoded at a fraction of its size. Raises PictureRefused if it is too large, before
    decoding, or damaged, or of another format.
    """
    if len(content) > MOST_BYTES:
        raise PictureRefused(
            f"This file has {len(content) / 1e6:.0f} MB; at most {MOST_BYTES // 1_000_000} can be taken. "
            "Save the picture smaller, or cut out the digit."
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            # only reads the header
            picture = Image.open(io.BytesIO(content), formats=FORMATS)
        width, height = picture.size
        if width * height > MOST_PIXELS:
            raise PictureRefused(_too_many(width, height))
        if picture.format == "JPEG":
            picture.draft("L", (WANTED, WANTED))
        return _grey(picture)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PictureRefused(
            f"This picture has far more pixels than the {MOST_PIXELS:,} that can be taken. Save it smaller."
        ) from error
    except UnidentifiedImageError as error:
        raise PictureRefused(
            "This is no PNG or JPEG picture. Save it as one of these and try again."
        ) from error
    except BROKEN as error:
        raise PictureRefused(
            "This picture is damaged and cannot be read. Open it in a picture viewer and save it again."
        ) from error


def _too_many(width: int, height: int) -> str:
    return (
        f"This picture has {width:,} x {height:,} pixels; at most {MOST_PIXELS:,} in all can be taken. "
        "Save it smaller, or cut out the digit."
    )


def _grey(picture: Image.Image) -> Grey:
    upright = ImageOps.exif_transpose(picture)
    if upright.has_transparency_data:
        clear = upright.convert("LA")
        upright = Image.composite(
            clear.getchannel("L"), Image.new("L", clear.size, 255), clear.getchannel("A")
        )
    elif upright.mode.startswith("I"):  # 16 bits per pixel: Pillow would clip them at 255
        levels = np.asarray(upright, dtype=np.float64)
        return np.rint(levels * (255 / max(255.0, float(levels.max(initial=0))))).astype(np.uint8)
    return np.asarray(upright.convert("L"), dtype=np.uint8)
