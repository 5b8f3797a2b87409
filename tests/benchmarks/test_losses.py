"""The table of all losses: its content, its docs page, and that an interruption loses nothing."""

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks import losses
from benchmarks.trained import Outcome
from core.config import PARAMETERS, RunConfig
from core.lessons import measured_losses
from core.lessons.loss_table import loss_table
from core.losses import LOSSES


def test_the_docs_match_the_registry_and_the_measured_runs() -> None:
    """If this fails: `python -m benchmarks losses` writes the page again."""
    assert losses.DOCUMENT.read_text("utf-8") == losses.document(losses.read())


def test_every_loss_is_measured_in_both_dimensions_with_three_seeds() -> None:
    found = losses.read()
    wanted = {
        losses.config_of(loss, dims, seed).key for loss in LOSSES for dims in (2, 8) for seed in (0, 1, 2)
    }
    assert wanted <= set(found)
    assert len(wanted) == 6 * len(LOSSES)
    for figures in found.values():
        assert set(figures) == {"test_adjusted_rand_index", "knn_accuracy", "davies_bouldin"}


def test_the_catalogue_matches_the_registry_and_the_declarations() -> None:
    rows = {row.name: row for row in loss_table()}
    assert list(rows) == list(LOSSES)
    text = losses.DOCUMENT.read_text("utf-8")
    for name, entry in LOSSES.items():
        row = rows[name]
        assert row.formula == entry.formula and row.paper == entry.paper and row.needs == entry.needs
        assert row.collapsed == pytest.approx(
            entry.collapsed(RunConfig(loss=name).composition, **RunConfig(loss=name).loss_parameters)
        )
        for parameter in row.parameters:
            declared = PARAMETERS[parameter.field]
            assert (parameter.low, parameter.high) == (declared.low, declared.high)
            assert parameter.default == getattr(RunConfig(), parameter.field)
            assert parameter.letter == entry.parameters[parameter.field]
        (line,) = [line for line in text.splitlines() if f"(`{name}`)" in line]
        assert entry.label in line and entry.paper in line and entry.summary in line
        assert all(f"`{field}`" in line for field in entry.parameters)
        assert line.count("|") == 7  # no bar of a formula starts a new cell


def test_an_interruption_loses_nothing_and_a_second_call_measures_only_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With fake runs: only their order and storage are tested."""
    trained: list[RunConfig] = []

    def one_run(config: RunConfig) -> Outcome:
        if len(trained) == 7:
            raise KeyboardInterrupt
        trained.append(config)
        figures = {"test_adjusted_rand_index": 0.25, "knn_accuracy": 0.5, "davies_bouldin": float("nan")}
        return Outcome(np.zeros((0, 2), np.float32), figures, 1.0)

    one_run.cache_clear = lambda: None  # type: ignore[attr-defined]
    monkeypatch.setattr(losses, "trained", one_run)
    monkeypatch.setattr(measured_losses, "MEASURED", tmp_path / "measured.jsonl")
    monkeypatch.setattr(losses, "DOCUMENT", tmp_path / "docs" / "losses.md")
    of_old = {"key": "0" * 64, "loss": "contrastive", "dims": 2, "seed": 0}
    of_old |= {"test_adjusted_rand_index": 0.9, "knn_accuracy": 0.9, "davies_bouldin": 0.9}
    measured_losses.MEASURED.write_text(json.dumps(of_old) + "\n")  # of an outdated config
    for _ in range(20):
        try:
            rows = losses.measure()
            break
        except KeyboardInterrupt:
            trained.clear()
    lines = [json.loads(line) for line in (tmp_path / "measured.jsonl").read_text().splitlines()]
    assert len(lines) == len({line["key"] for line in lines}) == 6 * len(LOSSES)
    assert [line["seed"] for line in lines] == sorted(line["seed"] for line in lines)
    assert len(rows) == 2 * len(LOSSES) and all(row.ours == 0.25 for row in rows)
    text = (tmp_path / "docs" / "losses.md").read_text()
    assert "0.250 ± 0.000 | 0.500 ± 0.000 | undefined" in text
