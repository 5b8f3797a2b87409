"""The server that forged messages are sent to."""

from collections.abc import Iterator

import pytest

from tests.browser.harness import Server, running_server
from tests.server.hostile import MOST_PAGES


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The app as it is served; its log must contain only expected errors."""
    bounds = {"CONTRASTIVE_LAB_WORKERS": "1", "CONTRASTIVE_LAB_PAGES": str(MOST_PAGES)}
    with running_server(tmp_path_factory.mktemp("hostile"), **bounds) as server:
        yield server
