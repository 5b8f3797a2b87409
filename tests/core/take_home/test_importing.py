"""Files made to do harm, or merely wrong: refused with a sentence, before anything is unpacked or written."""

import io
import json
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load, save

from core.runs import Run
from core.settings import PROJECT
from core.take_home.importing import LIMITS, OPTIONAL, import_run
from core.take_home.opening import LARGEST, Refused, open_zip
from core.take_home.run_file import run_file
from tests.forged import forged_png

Files = dict[str, bytes]


@pytest.fixture(scope="module")
def good(finished: Run) -> Files:
    with zipfile.ZipFile(io.BytesIO(run_file(finished))) as file:
        return {name: file.read(name) for name in file.namelist()}


def zipped(files: Files) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in files.items():
            file.writestr(name, content)
    return buffer.getvalue()


def refused(content: bytes, folder: Path) -> str:
    """The sentence with which it is refused; nothing may be left behind, here or one folder up."""
    imports = folder / "below" / "imports"
    imports.mkdir(parents=True)
    with pytest.raises(Refused) as refusal:
        import_run(content, imports)
    assert [path for path in folder.rglob("*") if path.is_file()] == []
    assert list(imports.iterdir()) == []
    sentence = str(refusal.value)
    assert sentence[0].isupper() and sentence.endswith(".")
    return sentence


# ---- the zip itself


@pytest.mark.parametrize(
    "name", ["../evil.json", "/etc/passwd", "..\\evil.json", "C:evil", "weights/../../x", "a/b"]
)
def test_a_name_outside_of_the_folder_is_refused(good: Files, tmp_path: Path, name: str) -> None:
    assert "names a file outside of its folder" in refused(zipped(good | {name: b"x"}), tmp_path)


def test_a_bomb_is_refused_by_what_it_says_of_itself(good: Files, tmp_path: Path) -> None:
    bomb = zipped(good | {"progress.jsonl": bytes(300_000_000)})
    assert len(bomb) < 5_000_000
    assert "would unpack to 300 MB" in refused(bomb, tmp_path)


def test_a_bomb_that_lies_about_its_size_is_stopped_at_its_limit(good: Files, tmp_path: Path) -> None:
    bomb = zipped(good | {"progress.jsonl": bytes(9_000_001)})
    lying = bomb.replace(struct.pack("<I", 9_000_001), struct.pack("<I", 1000))
    assert lying != bomb
    refused(lying, tmp_path)


def test_a_list_of_a_million_files_is_refused_unread(tmp_path: Path) -> None:
    end = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 65535, 65535, 20_000_000, 0, 0)
    assert "many more files" in refused(bytes(20_000_000) + end, tmp_path)


def test_a_zip64_list_is_refused_unread(good: Files, tmp_path: Path) -> None:
    content = zipped(good)
    locator = struct.pack("<4sIQI", b"PK\6\7", 0, 0, 1)
    assert "many more files" in refused(content[:-22] + locator + content[-22:], tmp_path)


def test_a_file_twice_is_refused(good: Files, tmp_path: Path) -> None:
    buffer = io.BytesIO(zipped(good))
    with zipfile.ZipFile(buffer, "a") as file, pytest.warns(UserWarning, match="Duplicate"):
        file.writestr("config.json", b"{}")
    assert "twice" in refused(buffer.getvalue(), tmp_path)


def test_a_way_of_packing_that_may_need_gigabytes_is_refused(good: Files, tmp_path: Path) -> None:
    buffer = io.BytesIO(zipped({name: content for name, content in good.items() if name != "README.md"}))
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_LZMA) as file:
        file.writestr("README.md", b"x")
    assert "packed in a way" in refused(buffer.getvalue(), tmp_path)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "no zip"),
        (b"\x89PNG" + bytes(100), "no zip"),
        (bytes(LARGEST + 1), "has 27 MB; a run has at most 27"),
    ],
    ids=["empty", "a picture", "too large"],
)
def test_what_is_no_zip_is_refused(content: bytes, words: str, tmp_path: Path) -> None:
    assert words in refused(content, tmp_path)


def test_half_a_zip_is_refused(good: Files, tmp_path: Path) -> None:
    content = zipped(good)
    assert "not all of it" in refused(content[: len(content) // 2], tmp_path)


def test_a_damaged_zip_is_refused(good: Files, tmp_path: Path) -> None:
    content = bytearray(zipped(good))
    at = content.index(b"weights.safetensors") + 5000
    content[at : at + 50] = bytes(50)
    assert "damaged" in refused(bytes(content), tmp_path)


def test_a_file_that_belongs_to_no_run_is_refused(good: Files, tmp_path: Path) -> None:
    assert "'model.pickle', which belongs to no run" in refused(
        zipped(good | {"model.pickle": b"x"}), tmp_path
    )


@pytest.mark.parametrize("name", sorted(set(LIMITS) - OPTIONAL))
def test_a_zip_that_lacks_a_file_is_refused(good: Files, tmp_path: Path, name: str) -> None:
    rest = {other: content for other, content in good.items() if other != name}
    assert f"lacks {name}" in refused(zipped(rest), tmp_path)


def test_what_the_app_does_not_read_may_be_missing(good: Files) -> None:
    rest = {name: content for name, content in good.items() if name not in OPTIONAL}
    assert set(open_zip(zipped(rest), LIMITS, OPTIONAL)) == set(rest)


# ---- what is in it


def changed_json(name: str, **changes: object) -> Callable[[Files], Files]:
    return lambda files: {name: json.dumps(json.loads(files[name]) | changes).encode()}


def changed_arrays(name: str, **changes: np.ndarray) -> Callable[[Files], Files]:
    return lambda files: {name: save(load(files[name]) | changes)}


def first_line(**changes: object) -> Callable[[Files], Files]:
    def change(files: Files) -> Files:
        line = json.loads(files["progress.jsonl"].splitlines()[0])
        return {"progress.jsonl": json.dumps(line | changes).encode()}

    return change


WRONG: dict[str, tuple[Callable[[Files], Files], str]] = {
    "weights of another shape": (
        changed_arrays("weights.safetensors", **{"linear.0.weight": np.zeros((10, 784), np.float32)}),
        "Layer 1 has weights of shape [10, 784], not [256, 784]",
    ),
    "a layer too many": (
        changed_arrays("weights.safetensors", **{"linear.9.weight": np.zeros((2, 2), np.float32)}),
        "do not fit its settings",
    ),
    "weights that are no numbers": (
        changed_arrays("weights.safetensors", **{"linear.3.bias": np.full(2, np.nan, np.float32)}),
        "no numbers",
    ),
    "weights beyond all bounds": (
        lambda files: {
            "weights.safetensors": save(
                {name: array * np.float32(1e20) for name, array in load(files["weights.safetensors"]).items()}
            )
        },
        "what they make of the images is no number",
    ),
    "weights that are a pickle": (
        lambda files: {"weights.safetensors": b"\x80\x04\x95cos\nsystem\n(S'true'\ntR."},
        "weights.safetensors is damaged",
    ),
    "a header as long as the file": (
        lambda files: {"weights.safetensors": struct.pack("<Q", 2**60) + b"{}"},
        "weights.safetensors is damaged",
    ),
    "settings out of their bounds": (changed_json("config.json", margin=99), "Margin goes from 0 to 5"),
    "a setting that there is not": (changed_json("config.json", price=1), "There is no setting 'price'"),
    "settings that are no JSON": (lambda files: {"config.json": b"{"}, "config.json is not what"),
    "settings nested without end": (lambda files: {"config.json": b"[" * 19_000}, "config.json is not what"),
    "settings that are a list": (lambda files: {"config.json": b"[]"}, "config.json is not what"),
    "proxies of a loss that has none": (
        lambda files: {"learned.safetensors": save({"proxies": np.zeros((10, 2), np.float32)})},
        "learned.safetensors does not fit the loss",
    ),
    "proxies in too few dimensions": (
        lambda files: (
            changed_json("config.json", loss="proxy_anchor")(files)
            | {"learned.safetensors": save({"proxies": np.zeros((10, 1), np.float32)})}
        ),
        "learned.safetensors does not fit the loss",
    ),
    "clusters of other images": (
        changed_arrays("clusters.safetensors", train=np.zeros(59_999, np.uint8)),
        "does not fit the settings, which make 10 clusters of 60,000 images of train",
    ),
    "more clusters than classes": (
        changed_arrays("clusters.safetensors", test=np.full(10_000, 10, np.uint8)),
        "does not fit the settings",
    ),
    "clusters of a split that there is not": (
        changed_arrays("clusters.safetensors", more=np.zeros(3, np.uint8)),
        "clusters.safetensors is not what",
    ),
    "a loss that is a text": (first_line(loss="<script>"), "progress.jsonl is not what"),
    "a step below nothing": (first_line(step=-1), "progress.jsonl is not what"),
    "a hundred terms": (
        first_line(terms={f"t{i}": 0.0 for i in range(100)}),
        "progress.jsonl is not what",
    ),
    "too many lines": (lambda files: {"progress.jsonl": b"{}\n" * 6000}, "has 6,000 lines"),
    "seconds that are no number": (
        lambda files: {"result.json": b'{"seconds": NaN, "step": 1, "stopped_early": false}'},
        "result.json is not what",
    ),
    "images that there are not": (
        changed_arrays("sample.safetensors", indices=np.array([0, 60_000])),
        "names images that there are not",
    ),
    "images before the first": (
        changed_arrays("sample.safetensors", indices=np.array([-1])),
        "names images that there are not",
    ),
    "snapshots of another shape": (
        changed_arrays("snapshots.safetensors", **{"000000": np.zeros((2000, 3), np.float32)}),
        "one has shape [2000, 3], not [2000, 2]",
    ),
    "a snapshot named as a path": (
        changed_arrays("snapshots.safetensors", **{"../../x": np.zeros((2000, 2), np.float32)}),
        "snapshots.safetensors does not fit",
    ),
    "a hundred snapshots": (
        lambda files: {
            "snapshots.safetensors": save({f"{i:06d}": np.zeros((1, 2), np.float32) for i in range(100)})
        },
        "has 100 snapshots",
    ),
}


@pytest.mark.parametrize("what", WRONG)
def test_wrong_content_is_refused_with_what_is_wrong(good: Files, tmp_path: Path, what: str) -> None:
    change, words = WRONG[what]
    assert words in refused(zipped(good | change(good)), tmp_path)


def test_the_limits_are_what_the_largest_run_needs() -> None:
    from core.config import PARAMETERS

    hidden, dims = PARAMETERS["hidden"], PARAMETERS["embedding_dims"]
    sizes = [784, *[int(hidden.high)] * 4, int(dims.high)]
    weights = 4 * sum((before + 1) * after for before, after in pairwise(sizes))
    assert weights < LIMITS["weights.safetensors"] < 2 * weights
    assert 32 * 2000 * dims.high * 4 < LIMITS["snapshots.safetensors"] < 2 * 32 * 2000 * dims.high * 4


# The most memory that a process has held, after one file after the other; its own imports are in it from the start.
MEASURE = """
import io, resource, sys, zipfile
from pathlib import Path
from core.drawings.picture_file import PictureRefused, read_drawing, read_picture
from core.take_home.importing import import_run
from core.take_home.opening import Refused
def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
before = peak()
for name in sys.argv[3:]:
    content = (Path(sys.argv[1]) / name).read_bytes()
    try:
        if name.startswith("drawing"):
            read_drawing(content, 280, 280)
        elif name.startswith("picture"):
            read_picture(content)
        else:
            import_run(content, Path(sys.argv[2]))
        answer = "taken"
    except (Refused, PictureRefused):
        answer = "refused"
    print(name, answer, (peak() - before) // 1024)
"""


def test_memory_stays_flat_while_hostile_files_are_refused_and_a_run_needs_little_more(
    good: Files, tmp_path: Path
) -> None:
    bomb = zipped(good | {"progress.jsonl": bytes(400_000_000)})
    giant = {"linear.0.weight": np.zeros((2_000_000, 1), np.float32)}
    shapes = {"linear.0.weight": np.zeros((2, 2), np.float32)}
    hostile = {
        "bomb": bomb,
        "liar": bomb.replace(struct.pack("<I", 400_000_000), struct.pack("<I", 900_000)),
        "list": bytes(20_000_000) + struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 65535, 65535, 20_000_000, 0, 0),
        "too-large": bytes(LARGEST + 1),
        "outside": zipped(good | {"../evil.json": bytes(20_000_000)}),
        "shapes": zipped(good | changed_arrays("weights.safetensors", **shapes)(good)),
        "giant-shapes": zipped(good | changed_arrays("weights.safetensors", **giant)(good)),
        "header": zipped(good | {"weights.safetensors": struct.pack("<Q", 2**60) + b"{}"}),
        "picture-forged": forged_png(20_000, 20_000),
        "picture-of-30-mb": bytes(30_000_000),
        "drawing-forged": forged_png(20_000, 20_000),
    }
    files, imports = tmp_path / "files", tmp_path / "imports"
    files.mkdir()
    imports.mkdir()
    for name, content in (hostile | {"run": zipped(good)}).items():
        (files / name).write_bytes(content)
    command = [sys.executable, "-c", MEASURE, str(files), str(imports), *hostile, "run"]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    answers = [line.split() for line in done.stdout.splitlines()]
    grown = {name: int(megabytes) for name, _, megabytes in answers}
    assert [(name, answer) for name, answer, _ in answers] == [
        *((name, "refused") for name in hostile),
        ("run", "taken"),
    ]
    assert grown["drawing-forged"] < 100, (
        grown
    )  # the peak of all hostile ones; unpacked they would be gigabytes
    assert grown["run"] < 500, grown  # its 70,000 images, and what the network makes of them
    assert len(list(imports.iterdir())) == 1  # of the run that was taken
