"""Pictures from a visitor: good ones are read, bad ones are refused before they cost memory."""

import contextlib
import io
import re
import subprocess
import sys
import tomllib

import numpy as np
import pytest
from PIL import Image

from core.drawings.picture_file import MOST_BYTES, PictureRefused, read_picture
from core.environment import PROJECT
from tests.forged import forged_png


def saved(picture: Image.Image, form: str, **how: object) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, form, **how)
    return buffer.getvalue()


NOISE = np.random.default_rng(0).integers(0, 256, (28, 28), dtype=np.uint8)
RAMP = np.tile(np.arange(0, 200, 2, dtype=np.uint8), (60, 1))


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "P", "1", "LA", "I;16"])
def test_any_png_is_read_as_grey_levels(mode: str) -> None:
    deep = mode == "I;16"
    picture = Image.fromarray(RAMP.astype(np.uint16) * 257) if deep else Image.fromarray(RAMP).convert(mode)
    grey = read_picture(saved(picture, "PNG"))
    assert grey.dtype == np.uint8 and grey.shape == (60, 100)
    if mode == "1":
        assert set(np.unique(grey)) <= {0, 255}
    elif deep:
        assert np.corrcoef(grey.ravel(), RAMP.ravel())[0, 1] > 0.999 and grey.max() == 255
    else:
        assert np.abs(grey.astype(int) - RAMP).max() <= 2


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_a_jpeg_is_read_as_grey_levels(mode: str) -> None:
    grey = read_picture(saved(Image.fromarray(RAMP).convert(mode), "JPEG", quality=95))
    assert grey.shape == (60, 100) and np.abs(grey.astype(int) - RAMP).mean() < 6


def test_transparency_becomes_white() -> None:
    picture = Image.new("RGBA", (40, 30), (0, 0, 0, 0))
    picture.paste((10, 10, 10, 255), (10, 10, 20, 20))
    grey = read_picture(saved(picture, "PNG"))
    assert grey[0, 0] == 255 and grey[15, 15] == 10


def test_a_photo_taken_sideways_is_turned_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # rotate by 90 degrees clockwise to display
    grey = read_picture(saved(Image.fromarray(RAMP), "JPEG", exif=exif, quality=95))
    assert grey.shape == (100, 60) and grey[5, 30] < 30 and grey[-5, 30] > 170


def test_a_phone_photo_is_read_at_a_fraction_of_its_size() -> None:
    photograph = Image.fromarray(np.tile(RAMP, (50, 40)))
    grey = read_picture(saved(photograph, "JPEG"))
    assert photograph.size == (4000, 3000) and 800 <= max(grey.shape) <= 2000


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "no PNG or JPEG"),
        (b"Not a picture at all.", "no PNG or JPEG"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "no PNG or JPEG"),
        (saved(Image.fromarray(RAMP), "GIF"), "no PNG or JPEG"),
        (saved(Image.fromarray(RAMP), "TIFF"), "no PNG or JPEG"),
        (saved(Image.fromarray(NOISE), "PNG")[:400], "damaged"),
        (saved(Image.fromarray(RAMP), "JPEG")[:300], "damaged"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "damaged|no PNG"),
        (saved(Image.fromarray(RAMP), "PNG", exif=b"Exif\0\0II*\0\x08"), "damaged"),
        (bytes(30_000_000), "30 MB; at most 10"),
        (forged_png(5000, 4000), r"5,000 x 4,000 pixels; at most 16,000,000"),
        (forged_png(20_000, 20_000), "far more pixels|20,000 x 20,000"),
    ],
    ids=[
        "empty",
        "text",
        "svg",
        "gif",
        "tiff",
        "cut png",
        "cut jpeg",
        "broken",
        "exif",
        "30 MB",
        "large",
        "forged",
    ],
)
def test_anything_but_a_picture_is_refused_with_a_message(content: bytes, words: str) -> None:
    with pytest.raises(PictureRefused, match=words) as refused:
        read_picture(content)
    assert str(refused.value).endswith(".")


def test_a_flipped_byte_is_refused_or_gives_a_picture() -> None:
    whole = saved(Image.fromarray(NOISE), "PNG")
    for place in range(8, 900, 37):
        content = bytearray(whole)
        content[place % len(content)] ^= 0xFF
        with contextlib.suppress(PictureRefused):
            assert read_picture(bytes(content)).ndim == 2, place


GROWTH = """
import resource, sys
from core.drawings.picture_file import MOST_BYTES, PictureRefused, read_picture
from tests.forged import forged_png
forged = forged_png(20_000, 20_000)
large = forged_png(4001, 4000)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for content in (forged, large, bytes(MOST_BYTES)):
    try:
        read_picture(content)
    except PictureRefused:
        continue
    raise SystemExit("taken")
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024)
"""


def test_refusing_costs_no_memory() -> None:
    """The pixels of the forged picture would take 400 MB; measured in a separate process."""
    done = subprocess.run(
        [sys.executable, "-c", GROWTH], cwd=PROJECT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert float(done.stdout) < 24  # of which the file of MOST_BYTES takes 10
    assert MOST_BYTES == 10_000_000


def test_every_mention_of_the_limit_has_the_same_number() -> None:
    megabytes = MOST_BYTES // 1_000_000
    settings = tomllib.loads((PROJECT / ".streamlit" / "config.toml").read_text("utf-8"))
    assert settings["server"]["maxUploadSize"] == megabytes
    assert f"A file may have {megabytes} MB" in (PROJECT / "docs" / "operations.md").read_text("utf-8")
    (nginx,) = re.findall(
        r"client_max_body_size (\d+)m;", (PROJECT / "docs" / "nginx.conf").read_text("utf-8")
    )
    assert int(nginx) == megabytes + 1  # the form around the file adds a few bytes
