"""Half-written and damaged files in a run's folder are noticed."""

import os
import re
import shutil

import numpy as np
import pytest

from core.pictures.replay import Replay
from core.runs import RESULT_FILES, RunDamaged, Status, byte_cache, why


def test_an_incomplete_line_is_left_out(copy):
    complete = copy.progress()
    with (copy.folder / "progress.jsonl").open("a") as file:
        file.write('{"step": 291, "steps"')
    assert copy.progress() == complete


@pytest.mark.parametrize("name", RESULT_FILES)
def test_one_flipped_bit_in_a_result_file_is_noticed(copy, name):
    path = copy.folder / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(RunDamaged, match=re.escape(name)):
        copy.check()


def test_a_finished_run_with_any_file_emptied_or_zeroed_is_not_whole(copy):
    files = [
        file for file in copy.folder.rglob("*") if file.is_file() and file.name not in ("lock", "writer")
    ]
    assert len(files) > 2 * len(copy.snapshot_steps()) + len(RESULT_FILES)
    for file in files:
        content = file.read_bytes()
        for damaged in (b"", bytes(len(content))):  # as a power cut leaves them
            file.write_bytes(damaged)
            assert not copy.is_whole(), file.name
        file.write_bytes(content)
    assert copy.is_whole()


def test_a_run_counts_as_finished_only_when_its_files_are_on_the_disk(copy, monkeypatch):
    order: list[int] = []  # inodes, as they are put on the disk
    fsync, replace = os.fsync, os.replace
    monkeypatch.setattr(os, "fsync", lambda file: (order.append(os.fstat(file).st_ino), fsync(file)))
    monkeypatch.setattr(
        os, "replace", lambda old, new: (order.append(-os.stat(old).st_ino), replace(old, new))
    )
    copy.finish(copy.status())
    counts = order.index(-(copy.folder / "status.json").stat().st_ino)
    names = [*copy.status().files, "frames", "weights", "."]
    assert {(copy.folder / name).stat().st_ino for name in names} <= set(order[:counts])
    assert (copy.folder / "status.json").stat().st_ino in order[:counts]
    assert copy.folder.stat().st_ino in order[counts:]


@pytest.mark.parametrize("name", RESULT_FILES)
def test_a_truncated_or_missing_result_file_is_noticed(copy, name):
    path = copy.folder / name
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(RunDamaged, match=re.escape(name)):
        copy.check()
    path.unlink()
    with pytest.raises(RunDamaged, match=re.escape(name)):
        copy.check()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"digits": 99}', '{"colour": "red"}'])
def test_an_unreadable_config_is_damage_and_no_crash(copy, text):
    (copy.folder / "config.json").write_text(text)
    with pytest.raises(RunDamaged, match=r"config\.json"):
        copy.config()


@pytest.mark.parametrize("text", ["", "{", "[1]", '{"colour": "red"}', "null", '{"state": "asleep"}'])
def test_an_unreadable_status_counts_as_missing(copy, text):
    (copy.folder / "status.json").write_text(text)
    assert copy.status() == Status("missing")


@pytest.mark.parametrize("content", [b"", b"\x93NUMPY", b"not an array"])
def test_a_damaged_snapshot_is_noticed(copy, content):
    step = copy.snapshot_steps()[0]
    (copy.folder / "frames" / f"{step:06d}.npy").write_bytes(content)
    with pytest.raises(RunDamaged, match=f"{step:06d}"):
        copy.snapshot(step)
    copy.set_state("training")  # a run that is not finished has no checksums
    with pytest.raises(RunDamaged, match=f"snapshot of step {step} "):
        copy.snapshot(step)


def test_a_pickle_in_place_of_a_snapshot_is_refused(copy):
    step = copy.snapshot_steps()[0]
    np.save(copy.folder / "frames" / f"{step:06d}.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)
    with pytest.raises(RunDamaged):
        copy.snapshot(step)


def test_a_bad_byte_in_the_progress_costs_one_line(copy):
    complete = copy.progress()
    with (copy.folder / "progress.jsonl").open("ab") as file:
        file.write(b"\xff\xfe\n")
    assert copy.progress() == complete


def broken(path):
    """Each way in which a file or folder of a run cannot be read, left in its place one after another."""
    content = path.read_bytes() if path.is_file() else None
    shutil.rmtree(path) if content is None else path.unlink()
    yield "missing"
    path.mkdir()
    yield "a folder"
    path.rmdir()
    path.symlink_to(path)
    yield "a link to itself"
    path.unlink()
    for garbage in (b"", b"{", b"\x93NUMPY\x01\x00"):
        path.write_bytes(garbage)
        yield f"garbage {garbage!r}"
    path.unlink()
    if content is not None:
        path.write_bytes(content)


def errors_of(run, step):
    """The texts of the errors with which pages fail to read a run."""
    readings = (
        run.config,
        run.progress,
        run.check,
        run.embedding,
        run.contours,
        run.evaluation,
        run.sample,
        run.weights,
        run.learned,
        lambda: run.snapshot(step),
        lambda: run.weights_at(step),
        lambda: Replay(run).frames("train"),
    )
    byte_cache.clear()
    for reading in readings:
        try:
            reading()
        except (RunDamaged, ValueError) as error:  # what pages show; of others they show nothing
            yield str(error)


def test_no_error_about_a_run_tells_where_the_server_keeps_it(copy):
    step = copy.snapshot_steps()[-1]
    names = ("config.json", "status.json", f"frames/{step:06d}.npy", f"weights/{step:06d}.safetensors")
    for state in ("done", "training"):  # with checksums, and without
        if state == "training":
            copy.set_state(state)
        for name in (*names, *RESULT_FILES):
            told = {way: list(errors_of(copy, step)) for way in broken(copy.folder / name)}
            assert all(told.values()), name
            assert str(copy.folder.parent) not in repr(told)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (IsADirectoryError(21, "Is a directory", "/srv/lab/runs/a/config.json"), "Is a directory"),
        (OSError("cannot map '/srv/my lab/runs/a/result.safetensors'"), "cannot map 'result.safetensors'"),
        (ValueError(r"C:\Users\lab\runs\x.npy is no array"), "x.npy is no array"),
        (ValueError("1/2 of 3 / 4 values, column 1 (char 0)"), "1/2 of 3 / 4 values, column 1 (char 0)"),
    ],
)
def test_what_an_error_says_comes_without_folders(error, said):
    assert why(error) == said
