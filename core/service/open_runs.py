"""Which run each session has on its page: it must not be removed. Knows no threads; the engine locks."""

from core.service.servers import ThisServer


class OpenRuns:
    """The runs on the pages of this server's sessions, announced to the other servers."""

    def __init__(self, server: ThisServer) -> None:
        self._server = server
        self._keys: dict[str, str] = {}  # session -> the run on its page, "" for one that comes with the app

    def __len__(self) -> int:
        """How many sessions there are."""
        return len(self._keys)

    def show(self, key: str, visitor: str) -> None:
        """`visitor` has run `key` on the page, instead of the previous one."""
        previous = self._keys.get(visitor, "")
        self._keys[visitor] = key
        if key:
            self._server.announce("viewing", key)
        self._close(previous)

    def forget(self, visitor: str) -> None:
        """The session has ended."""
        self._close(self._keys.pop(visitor, ""))

    def _close(self, key: str) -> None:
        if key and key not in self._keys.values():
            self._server.withdraw("viewing", key)
