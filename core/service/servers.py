"""Several servers on one runs folder: each says which runs somebody there waits for or looks at.

    .servers/<id>/lock             held for as long as the server lives; the kernel frees it when it dies
    .servers/<id>/waiting-<key>    somebody there waits for this run
    .servers/<id>/viewing-<key>    somebody there has it on the page

No clock takes part: what a server says counts for exactly as long as it lives.
"""

import contextlib
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from filelock import FileLock, Timeout

from core import settings

Interest = Literal["waiting", "viewing"]


class ThisServer:
    """What this server says, and what it hears of the others. Nothing here raises: a folder that cannot be
    written holds no runs to be agreed about."""

    def __init__(self) -> None:
        self.id = uuid.uuid4().hex
        self._lock: FileLock | None = None
        self._folder: Path | None = None
        self._said: set[str] = set()

    def say(self, interest: Interest, key: str) -> None:
        """Somebody here waits for, or looks at, run `key`."""
        self._said.add(f"{interest}-{key}")
        for _ in range(3):  # another server may take a folder without its lock, just made, for a dead one's
            with contextlib.suppress(OSError, Timeout):
                (self._own_folder() / f"{interest}-{key}").touch()
                return

    def take_back(self, interest: Interest, key: str) -> None:
        """Nobody here does any more."""
        self._said.discard(f"{interest}-{key}")
        if self._folder is not None:
            with contextlib.suppress(OSError):
                (self._folder / f"{interest}-{key}").unlink()

    def others(self, interest: Interest, key: str) -> bool:
        """Whether somebody at another server does."""
        return any((folder / f"{interest}-{key}").exists() for folder in self._others())

    def anybody(self, key: str) -> bool:
        """Whether run `key` is waited for or looked at, here or elsewhere."""
        folders = [*([self._folder] if self._folder else []), *self._others()]
        return any(
            (folder / f"{interest}-{key}").exists()
            for folder in folders
            for interest in ("waiting", "viewing")
        )

    def close(self) -> None:
        """Nothing that was said here counts any more."""
        if self._lock is not None and self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._lock.release()
            self._lock = self._folder = None

    def _own_folder(self) -> Path:
        """This server's folder, with its lock held; made anew where somebody has deleted it, or where the
        runs folder is another one than before."""
        folder = settings.runs_folder() / ".servers" / self.id
        if folder != self._folder or not (folder / "lock").exists():
            if self._lock is not None:
                self._lock.release()
            folder.mkdir(parents=True, exist_ok=True)
            self._lock = FileLock(folder / "lock", timeout=1, thread_local=False)
            self._lock.acquire()
            self._folder = folder
            for said in self._said:
                (folder / said).touch()
        return folder

    def _others(self) -> Iterator[Path]:
        """The folders of the other servers that live; those of dead ones are removed."""
        with contextlib.suppress(OSError):
            for folder in (settings.runs_folder() / ".servers").iterdir():
                if folder.name == self.id or not (folder / "lock").exists():
                    continue  # one without a lock is being made at this moment
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
