"""Runs a learner's code against the checks of an exercise, as the browser does."""

import importlib
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

from core.lessons.exercises import EXERCISES, FOLDER

Messages = list[tuple[Any, ...]]


Run = Callable[[str, str], "Outcome"]


class Outcome:
    """What the learner is told."""

    def __init__(self, messages: Messages) -> None:
        self.titles = [str(title) for kind, *titles in messages if kind == "plan" for title in titles]
        self.passed = [number for kind, number, *_ in messages if kind == "passed"]
        self.output = "".join(text for kind, text, *_ in messages if kind == "output")
        problems = [details for kind, *details in messages if kind == "problem"]
        assert len(problems) <= 1
        self.sentence, self.trace, self.line = problems[0] if problems else ("", "", 0)

    @property
    def solved(self) -> bool:
        return not self.sentence and self.passed == list(range(len(self.titles)))


@pytest.fixture
def driver(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(FOLDER))
    return importlib.import_module("driver")


@pytest.fixture
def run(driver: ModuleType) -> Run:
    """Run code against the checks of an exercise, as the browser does."""

    def run(name: str, code: str) -> Outcome:
        messages: Messages = []
        driver.run(code, EXERCISES[name].checks, lambda *message: messages.append(message))
        return Outcome(messages)

    return run
