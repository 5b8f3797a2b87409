"""How a task is handed to another process."""

import importlib
import pickle
import sys

import pytest

from core.service.slots import ByName


def test_a_function_is_sent_by_its_name_even_when_its_module_was_read_anew(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "made_here.py").write_text("def value(of):\n    return of, 'before'\n")
    before = importlib.import_module("made_here").value
    (tmp_path / "made_here.py").write_text("def value(of):\n    return of, 'after it was edited'\n")
    del sys.modules["made_here"]
    importlib.invalidate_caches()
    importlib.import_module("made_here")
    try:
        with pytest.raises(pickle.PicklingError):
            pickle.dumps(before)
        assert ByName(before)(1) == (1, "before")
        assert pickle.loads(pickle.dumps(ByName(before)))(2) == (2, "after it was edited")
    finally:
        del sys.modules["made_here"]
