"""UMAP, with a stand-in package and without any."""

import sys
from pathlib import Path

import numpy as np
import pytest

from core.embedding.reduction import REDUCTIONS
from tests.core.embedding.points import skewed

STAND_IN = '''
"""Accepts the arguments of umap.UMAP used here, and keeps the first coordinates."""
class UMAP:
    def __init__(self, *, n_components, n_neighbors, random_state, n_jobs):
        self.dims, self.neighbors, self.seed, self.jobs = n_components, n_neighbors, random_state, n_jobs
    def fit(self, points):
        self.fitted = points
        return self
    def transform(self, points):
        return points[:, : self.dims] + 0
'''


@pytest.fixture
def umap_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stand-in package: the real one depends on a compiler and is not among our requirements."""
    (tmp_path / "umap.py").write_text(STAND_IN)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "umap", raising=False)


@pytest.mark.usefixtures("umap_installed")
def test_umap_is_fitted_on_a_sample_with_a_fixed_seed_and_applied_to_all() -> None:
    points = skewed(0, 6000, 5)
    entry = REDUCTIONS["umap3"]
    assert entry.available
    assert entry.missing is None
    found = entry.fit(points)
    fitted = found.model.fitted
    assert fitted.shape == (4000, 5)
    assert {tuple(row) for row in fitted} <= {tuple(row) for row in points}
    assert np.array_equal(entry.fit(points).model.fitted, fitted)
    assert (found.model.dims, found.model.seed, found.model.jobs) == (3, 0, 1)
    assert np.array_equal(found.apply(points), points[:, :3])
    assert len(found.share) == 0
    with pytest.raises(ValueError, match="made for 5 dimensions"):
        found.apply(points[:, :4])
    sys.modules.pop("umap")


@pytest.mark.usefixtures("umap_installed")
def test_umap_refuses_a_collapsed_embedding_with_the_reason() -> None:
    with pytest.raises(ValueError, match="has collapsed"):
        REDUCTIONS["umap2"].fit(np.ones((500, 8)))
    sys.modules.pop("umap")


def test_without_umap_its_entry_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "umap", None)  # makes `import umap` fail
    monkeypatch.setattr("core.embedding.reduction.find_spec", lambda name: None)
    entry = REDUCTIONS["umap2"]
    assert not entry.available
    assert entry.missing is not None
    assert "pip install umap-learn" in entry.missing
    with pytest.raises(ValueError, match="pip install umap-learn"):
        entry.fit(skewed(0, 50, 8))
