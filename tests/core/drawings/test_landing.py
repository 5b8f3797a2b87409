"""Where an image lands, and its journey: against scikit-learn and the embeddings computed by torch."""

import json
import shutil

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw
from safetensors.numpy import load_file, save_file
from sklearn.neighbors import NearestNeighbors

from core.config import RunConfig
from core.data import Dataset
from core.drawings.landing import encoder_for, journey, land
from core.drawings.preprocessing import as_mnist
from core.encoders.encoder import embed
from core.environment import PROJECT
from core.figures.estimate import COLLAPSED
from core.runs import Embedding, Run, RunDamaged
from pages.ui.draw.paper import USUAL_WIDTH
from tests.core.trainings import MNIST, trained


@pytest.fixture(scope="module")
def embedding(finished: Run) -> Embedding:
    return finished.embedding()


def test_a_test_image_lands_where_torch_embeds_it(
    finished: Run, embedding: Embedding, mnist: Dataset
) -> None:
    points = encoder_for(finished).embed(mnist.test.images[:200])
    assert np.abs(points - embedding.test[:200]).max() < 1e-5


def test_neighbours_votes_and_cluster_match_scikit_learn(embedding: Embedding) -> None:
    judge = NearestNeighbors(n_neighbors=10).fit(embedding.train)
    train = embedding.train.astype(np.float64)
    centroids = np.array([train[embedding.train_clusters == c].mean(axis=0) for c in range(10)])
    right = 0
    for place in range(120):
        point = embedding.test[place]
        landing = land(embedding, point)
        distances, indices = judge.kneighbors(point[None])
        assert np.allclose(landing.neighbours.distances, distances[0], atol=1e-6)
        labels = embedding.train_labels[landing.neighbours.indices]
        assert set(indices[0]) == set(landing.neighbours.indices) or len(set(distances[0])) < 10
        assert landing.votes.sum() == 10 and np.array_equal(landing.labels, labels)
        assert landing.votes[landing.winner] == landing.votes.max() == np.bincount(labels).max()
        right += landing.winner == embedding.test_labels[place]
        assert landing.cluster == embedding.test_clusters[place]
        assert landing.to_centroid == pytest.approx(np.linalg.norm(centroids - point, axis=1).min(), abs=1e-6)
    assert right > 108


def test_a_tie_goes_to_the_nearer_class(embedding: Embedding) -> None:
    labels = np.array([3, 5, 5, 3, 7], np.uint8)
    line = np.array([[1.0, 0], [2, 0], [3, 0], [4, 0], [9, 0]], np.float32)
    tiny = Embedding(line, line, labels, labels, labels, labels)
    origin = np.zeros(2, np.float32)
    assert land(tiny, origin, 4).winner == 3
    assert land(tiny, np.array([5.0, 0], np.float32), 4).winner == 3
    assert land(tiny, np.array([2.4, 0], np.float32), 4).winner == 5
    assert land(tiny, origin, 3).winner == 5
    assert land(tiny, np.array([8.0, 0], np.float32), 1).cluster == 7


def test_there_is_no_verdict_where_the_neighbours_are_an_arbitrary_choice() -> None:
    labels = np.arange(40, dtype=np.uint8) % 4

    def undecided(points: np.ndarray) -> str | None:
        points = points.astype(np.float32)
        return land(Embedding(points, points, labels, labels, labels, labels), points[0]).undecided

    spread = np.random.default_rng(0).normal(size=(40, 2))
    assert undecided(spread) is None
    assert undecided(np.full((40, 2), 7.7885)) == COLLAPSED
    assert undecided(7.7885 * (1 + 1e-7 * spread)) == COLLAPSED  # up to rounding
    few_stray = np.full((40, 3), 1.5)
    few_stray[-2:] = [[35, 1, 0], [9, 9, 9]]
    assert (undecided(few_stray) or "").startswith("38 training images are equally near")
    exactly_ten = spread.copy()
    exactly_ten[:10] = 0.0  # no other image could be among the ten
    assert undecided(exactly_ten) is None


def test_an_embedding_without_finite_points_has_no_landing(embedding: Embedding) -> None:
    nowhere = np.full((4, 2), np.nan, np.float32)
    labels = np.zeros(4, np.uint8)
    with pytest.raises(ValueError, match="has diverged"):
        land(Embedding(nowhere, nowhere, labels, labels, labels, labels), np.zeros(2, np.float32))


def test_a_journey_matches_the_snapshots(finished: Run, mnist: Dataset) -> None:
    sample = finished.sample()
    for place in (0, 7, 1500):
        way = journey(finished, mnist.train.images[sample.indices[place]])
        assert way is not None and way.split == sample.split == "train"
        assert [stop.step for stop in way.stops] == finished.snapshot_steps()
        for stop in way.stops:
            embeddings = finished.snapshot(stop.step).embeddings
            assert np.abs(stop.point - embeddings[place]).max() < 1e-5
            distances = np.linalg.norm(embeddings - stop.point, axis=1)
            assert np.allclose(stop.distances, np.sort(distances)[:6], atol=1e-5)
            beside = [np.flatnonzero(sample.indices == index)[0] for index in stop.places]
            assert np.allclose(distances[beside], stop.distances, atol=1e-5)
            assert np.array_equal(sample.labels[beside], stop.labels)
        assert sample.indices[place] in way.stops[-1].places


def test_a_journey_ends_where_the_image_lands(finished: Run, mnist: Dataset) -> None:
    image = mnist.test.images[11]
    way = journey(finished, image)
    assert way is not None
    assert np.allclose(way.stops[-1].point, encoder_for(finished).embed(image[None])[0], atol=1e-6)
    assert np.linalg.norm(way.stops[0].point - way.stops[-1].point) > 0.1


def test_without_snapshots_there_is_no_journey(copy: Run, mnist: Dataset) -> None:
    for name in ("frames", "weights"):
        shutil.rmtree(copy.folder / name)
    assert journey(copy, mnist.test.images[0]) is None


def test_weights_that_are_not_those_that_were_written_are_damage(copy: Run, mnist: Dataset) -> None:
    path = copy.folder / "weights" / f"{copy.snapshot_steps()[3]:06d}.safetensors"
    weights = load_file(path)
    save_file(weights | {"linear.0.bias": np.zeros(7, np.float32)}, path)
    with pytest.raises(RunDamaged, match="not what was written"):
        journey(copy, mnist.test.images[0])


def inked(strokes: list[list[list[int]]]) -> np.ndarray:
    """The paper [280, 280] with the strokes drawn by a round pen of the usual width."""
    paper = Image.new("L", (280, 280))
    pen, half = ImageDraw.Draw(paper), USUAL_WIDTH / 2
    for stroke in strokes:
        places = [(float(x), float(y)) for x, y in stroke]
        pen.line(places, fill=255, width=USUAL_WIDTH, joint="curve")
        for x, y in (places[0], places[-1]):
            pen.ellipse((x - half, y - half, x + half, y + half), fill=255)
    return np.asarray(paper, dtype=float)


@pytest.mark.whole_training
def test_the_recorded_strokes_land_in_their_class_with_another_seed(mnist: Dataset) -> None:
    """The browser tests draw them with the mouse into the shipped run, which has seed 0."""
    recorded = json.loads((PROJECT / "tests" / "browser" / "strokes" / "digits.json").read_text("utf-8"))
    images = [as_mnist(inked(recorded[str(digit)])) for digit in range(10)]
    encoder = trained(RunConfig(seed=1), MNIST).encoder
    points = embed(encoder, torch.from_numpy(mnist.train.images)).numpy()
    drawn = embed(encoder, torch.from_numpy(np.stack(images))).numpy()  # type: ignore[arg-type]
    _, indices = NearestNeighbors(n_neighbors=10).fit(points).kneighbors(drawn)
    votes = np.array([np.bincount(mnist.train.labels[row], minlength=10) for row in indices])
    assert np.count_nonzero(votes.argmax(axis=1) == np.arange(10)) >= 8
