"""A finished run's files contain what was trained and measured."""

import json

import numpy as np
import pytest

from core.runs import (
    RESULT_FILES,
    Progress,
)
from tests.core.conftest import SHORT


def test_a_finished_run_has_every_image_and_label_of_both_splits(finished, mnist):
    embedding = finished.embedding()
    assert embedding.train.shape == (60_000, 2)
    assert embedding.test.shape == (10_000, 2)
    assert np.array_equal(embedding.train_labels, mnist.train.labels)
    assert np.array_equal(embedding.test_labels, mnist.test.labels)
    assert embedding.train_clusters.max() == embedding.test_clusters.max() == 9


def test_the_stored_weights_give_the_stored_embedding(finished, mnist):
    import torch

    from core.encoders.encoder import embed, with_weights

    weights = {name: torch.from_numpy(array) for name, array in finished.weights().items()}
    again = embed(with_weights(finished.config(), weights), torch.from_numpy(mnist.test.images))
    assert np.array_equal(again.numpy(), finished.embedding().test)


def test_the_last_snapshot_is_the_embedding_of_the_sample(finished):
    last = finished.snapshot(finished.snapshot_steps()[-1])
    sample = finished.sample()
    assert last.step == finished.status().step
    assert sample.split == "train" and len(sample.indices) == 2000
    assert np.array_equal(last.embeddings, finished.embedding().train[sample.indices])
    assert np.array_equal(sample.labels, finished.embedding().train_labels[sample.indices])


def test_the_stored_figures_match_the_stored_embedding(finished):
    from sklearn.metrics import adjusted_rand_score, davies_bouldin_score

    embedding, figures = finished.embedding(), finished.evaluation().values
    assert figures["adjusted_rand_index"] == pytest.approx(
        adjusted_rand_score(embedding.train_labels, embedding.train_clusters)
    )
    assert figures["davies_bouldin"] == pytest.approx(
        davies_bouldin_score(embedding.train.astype(np.float64), embedding.train_clusters), abs=1e-9
    )


def test_the_other_stored_figures_match_the_stored_embedding_too(finished):
    from sklearn.metrics import homogeneity_score, silhouette_score

    embedding, found = finished.embedding(), finished.evaluation()
    assert found.figures["homogeneity"].value == pytest.approx(
        homogeneity_score(embedding.train_labels, embedding.train_clusters)
    )
    few = np.random.default_rng(3).choice(60_000, 4000, replace=False)
    estimate = found.figures["silhouette_clusters"]
    assert estimate.value == pytest.approx(
        silhouette_score(embedding.train[few].astype(np.float64), embedding.train_clusters[few]),
        abs=4 * estimate.error,
    )
    assert found.verification.suggested.distance == SHORT.reach / 2
    assert set(RESULT_FILES) < set(finished.status().files)


def test_progress_covers_all_steps_and_the_validation_loss(finished):
    reports = finished.progress()
    assert [report.step for report in reports] == sorted(report.step for report in reports)
    assert reports[-1].step == reports[-1].steps == 295
    assert sum(report.validation_loss is not None for report in reports) >= 10
    for report in reports:
        assert report.loss == pytest.approx(sum(report.terms.values()), rel=1e-4)


def test_progress_is_one_json_object_per_line(copy):
    copy.append_progress(Progress(291, 290, 1, 0.5, {"attraction": 0.5}, 1.0, None, None))
    lines = (copy.folder / "progress.jsonl").read_text().splitlines()
    assert json.loads(lines[-1])["loss"] == 0.5
