"""Several servers on one runs folder: each announces which runs its sessions wait for or have open.

    .servers/<id>/lock             held while the server lives; the kernel frees it when it dies
    .servers/<id>/waiting-<key>    a session there waits for this run
    .servers/<id>/viewing-<key>    a session there has it open

No clocks and no time-outs: an announcement counts exactly as long as its server lives.
"""

import contextlib
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from filelock import FileLock, Timeout

from core import environment

Interest = Literal["waiting", "viewing"]


class ThisServer:
    """Announces this server's interests and reads those of the others. Nothing here raises: a folder that
    cannot be written holds no runs to coordinate."""

    def __init__(self) -> None:
        self.id = uuid.uuid4().hex
        self._lock: FileLock | None = None
        self._folder: Path | None = None
        self._announced: set[str] = set()

    def announce(self, interest: Interest, key: str) -> None:
        """A session here waits for run `key`, or has it open."""
        self._announced.add(f"{interest}-{key}")
        for _ in range(3):  # another server may take our new folder, not yet locked, for a dead server's
            with contextlib.suppress(OSError, Timeout):
                (self._own_folder() / f"{interest}-{key}").touch()
                return

    def withdraw(self, interest: Interest, key: str) -> None:
        """Withdraw this server's interest in run `key`."""
        self._announced.discard(f"{interest}-{key}")
        if self._folder is not None:
            with contextlib.suppress(OSError):
                (self._folder / f"{interest}-{key}").unlink()

    def others_interested(self, interest: Interest, key: str) -> bool:
        """Whether a session of another server waits for run `key`, or has it open."""
        return any((folder / f"{interest}-{key}").exists() for folder in self._others())

    def in_use(self, key: str) -> bool:
        """Whether a session of any server, this one included, waits for run `key` or has it open."""
        folders = [*([self._folder] if self._folder else []), *self._others()]
        return any(
            (folder / f"{interest}-{key}").exists()
            for folder in folders
            for interest in ("waiting", "viewing")
        )

    def close(self) -> None:
        """Withdraw everything that this server has announced."""
        if self._lock is not None and self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._lock.release()
            self._lock = self._folder = None

    def _own_folder(self) -> Path:
        """This server's folder, with its lock held; recreated if deleted or if the runs folder changed."""
        folder = environment.runs_folder() / ".servers" / self.id
        if folder != self._folder or not (folder / "lock").exists():
            if self._lock is not None:
                self._lock.release()
            folder.mkdir(parents=True, exist_ok=True)
            self._lock = FileLock(folder / "lock", timeout=1, thread_local=False)
            self._lock.acquire()
            self._folder = folder
            for announcement in self._announced:
                (folder / announcement).touch()
        return folder

    def _others(self) -> Iterator[Path]:
        """The folders of the other live servers; removes those of dead ones."""
        with contextlib.suppress(OSError):
            for folder in (environment.runs_folder() / ".servers").iterdir():
                if folder.name == self.id or not (folder / "lock").exists():
                    continue  # one without a lock is just being made
                if _alive(folder):
                    yield folder
                else:
                    shutil.rmtree(folder, ignore_errors=True)


def _alive(folder: Path) -> bool:
    try:
        with FileLock(folder / "lock", timeout=0):
            return False
    except Timeout:
        return True
    except OSError:
        return False
