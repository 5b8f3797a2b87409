"""With a full queue, every page that trains shows a message and still works."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from core.config import RunConfig
from core.service.shared_engine import close_shared_engine, shared_engine
from tests.core.conftest import wait_until
from tests.pages.conftest import OpenPage
from tests.pages.test_predict import guess_button


def guess(app: AppTest) -> AppTest:
    app.radio[1].set_value("higher")
    return guess_button(app).click().run()


PRESSES: dict[str, Callable[[AppTest], AppTest]] = {
    "lab/train.py": lambda app: app.button(key="train").click().run(),
    "learn/collapse.py": lambda app: app.button(key="break_margin_0").click().run(),
    "practice/predict.py": guess,
}


@pytest.mark.whole_training
@pytest.mark.parametrize("page", PRESSES)
def test_every_page_that_trains_says_that_the_queue_is_full(
    open_page: OpenPage, monkeypatch: pytest.MonkeyPatch, page: str
) -> None:
    close_shared_engine()
    monkeypatch.setenv("CONTRASTIVE_LAB_WORKERS", "1")
    monkeypatch.setenv("CONTRASTIVE_LAB_QUEUE", "1")
    app = open_page(page, **({"seed": "7"} if page == "lab/train.py" else {}))
    running = shared_engine().submit(RunConfig(epochs=50, seed=1), "ada")
    wait_until(lambda: shared_engine().queued_before(running.key) is None, "the first run is under way")
    shared_engine().submit(RunConfig(epochs=50, seed=2), "bob")
    PRESSES[page](app)
    assert not app.exception
    messages = [error.value.replace("\\", "") for error in app.error]
    assert [message.startswith("The class is busy: 1 run is waiting") for message in messages] == [True]
    shared_engine().leave(running.key, "ada")
    close_shared_engine()
