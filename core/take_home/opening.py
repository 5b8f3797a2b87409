"""Opens a zip that somebody else made: nothing of it is unpacked before all of it has been looked at.

A zip can claim to be small and be huge (a bomb), name files outside of its folder, or hide one file in
another. Here only known names are read, each up to its own limit, into memory, and nothing onto the disk.
"""

import io
import zipfile
import zlib
from collections.abc import Mapping

# Bytes of a zip: what server.maxUploadSize lets through, whose MB are binary ones. The run of the most weights in the
# most dimensions has 26 million, and none can have more than 28 (tests/core/take_home/test_run_file.py).
LARGEST = 27 * 2**20

_LONGEST_LIST = 10_000  # bytes; a run's has about 700


class Refused(Exception):
    """This file is not taken; the message says why, in a sentence for who chose it."""


def open_zip(content: bytes, limits: Mapping[str, int], optional: frozenset[str]) -> dict[str, bytes]:
    """The files of a zip by name.

    limits: the names that there may be, each with the most bytes that it may have; all but the
    `optional` ones have to be there. Raises Refused.
    """
    if len(content) > LARGEST:
        raise Refused(f"This file has {len(content) / 2**20:.0f} MB; a run has at most {LARGEST // 2**20}.")
    _look_at_the_list(content)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as file:
            entries = file.infolist()
            _look(entries, limits, optional)
            return {entry.filename: _read(file, entry, limits[entry.filename]) for entry in entries}
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise Refused("This file is no zip, or a damaged one. Download the run once more.") from error


def _look_at_the_list(content: bytes) -> None:
    """Refuse a list of files that is long itself: reading it would fill the memory. It ends the zip, with its
    own length at a fixed place."""
    end = content[-22:]
    if len(end) < 22 or end[:4] != b"PK\5\6":
        raise Refused("This file is no zip of this app, or not all of it. Download the run once more.")
    if int.from_bytes(end[12:16], "little") > _LONGEST_LIST or content[-42:-38] == b"PK\6\7":
        raise Refused("This zip holds many more files than a run has. Nothing of it was unpacked.")


def _look(entries: list[zipfile.ZipInfo], limits: Mapping[str, int], optional: frozenset[str]) -> None:
    names = [entry.filename for entry in entries]
    for entry in entries:
        name = entry.filename
        if name.startswith(("/", "\\")) or ".." in name or ":" in name or "\\" in name or "/" in name:
            raise Refused(
                f"This zip names a file outside of its folder ({_short(name)}), which no run of this app does. "
                "Nothing of it was unpacked."
            )
        if name not in limits:
            raise Refused(
                f"This zip holds {_short(name)}, which belongs to no run. Nothing of it was unpacked."
            )
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) or entry.flag_bits & 1:
            raise Refused(f"In this zip {_short(name)} is packed in a way that this app does not use.")
        if names.count(name) > 1:
            raise Refused(f"This zip holds {_short(name)} twice. Nothing of it was unpacked.")
        if entry.file_size > limits[name]:
            raise Refused(
                f"In this zip {_short(name)} would unpack to {entry.file_size / 1e6:,.0f} MB, and a run's has at most "
                f"{limits[name] / 1e6:g}. Nothing of it was unpacked."
            )
    missing = [name for name in limits if name not in names and name not in optional]
    if missing:
        raise Refused(f"This zip is no run of this app: it lacks {', '.join(missing)}.")


def _read(file: zipfile.ZipFile, entry: zipfile.ZipInfo, limit: int) -> bytes:
    """Up to the limit, whatever the zip says of itself."""
    with file.open(entry) as part:
        content = part.read(limit + 1)
    if len(content) > limit or len(content) != entry.file_size:
        raise Refused(f"In this zip {_short(entry.filename)} is not as large as it says.")
    return content


def _short(name: str) -> str:
    return ascii(name[:40])
