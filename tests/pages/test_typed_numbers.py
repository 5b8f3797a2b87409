"""Numbers that a visitor types: with a decimal point or a comma, or refused in words."""

import pytest

from core.config import RunConfig
from tests.pages.conftest import PROJECT, OpenPage
from tests.pages.test_train import PAGE, config_of, sentences, widgets


@pytest.mark.parametrize(
    ("name", "typed", "shown", "config"),
    [
        ("learning_rate", "0,01", "0.01", RunConfig(learning_rate=0.01)),
        ("learning_rate", " 1E-2", "0.01", RunConfig(learning_rate=0.01)),
        ("seed", "07", "7", RunConfig(seed=7)),
        ("batch_size", "1,000", "1,000", "Batch size: '1,000' is not a value such as 200."),
        ("learning_rate", "5", "5", "Learning rate goes from 1e-05 to 1; 5 is outside."),
    ],
)
def test_a_typed_number_is_shown_as_it_was_read_or_refused_in_words(
    open_page: OpenPage, name: str, typed: str, shown: str, config: RunConfig | str
) -> None:
    app = open_page(PAGE)
    widgets(app)
    app.text_input(key=name).set_value(typed).run()
    assert app.text_input(key=name).value == shown
    if isinstance(config, str):
        assert sentences(app.sidebar.error) == [config] and app.button(key="train").disabled
    else:
        assert config_of(app) == config and not app.error


def test_no_page_has_a_number_field_of_the_browsers_own() -> None:
    """Such a field turns 0,01 into 1, or into 0.00001, without a word."""
    for file in (PROJECT / "pages").rglob("*.py"):
        assert "number_input" not in file.read_text("utf-8"), file
