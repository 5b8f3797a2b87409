"""The byte cache: bounded in bytes, least recently used first out, each result computed once."""

import threading
from types import SimpleNamespace

import pytest

from core.runs import byte_cache
from core.runs.byte_cache import kept_by_size


@pytest.fixture(autouse=True)
def empty(monkeypatch):
    monkeypatch.setenv("CONTRASTIVE_LAB_CACHE_MB", "0.001")  # 1000 bytes
    byte_cache.clear()
    yield
    byte_cache.clear()


@pytest.fixture
def made():
    return []


@pytest.fixture
def picture(made):
    @kept_by_size(len)
    def picture(name: str, size: int) -> bytes:
        made.append(name)
        return name.encode() * size

    return picture


def test_a_cached_result_is_not_computed_again(picture, made):
    assert picture("a", 10) == picture("a", 10) == b"a" * 10
    assert made == ["a"] and byte_cache.held() == 10


def test_the_least_recently_used_result_is_evicted_first(picture, made):
    for name in "abc":
        picture(name, 300)
    picture("a", 300)  # used again
    picture("d", 300)  # 200 bytes too many: evicts b
    assert byte_cache.held() == 900
    picture("a", 300), picture("c", 300), picture("d", 300)
    assert made == ["a", "b", "c", "d"]
    picture("b", 300)
    assert made[-1] == "b"


def test_idle_results_are_evicted(picture, made, time, monkeypatch):
    monkeypatch.setattr(byte_cache, "time", SimpleNamespace(monotonic=time))
    for name in "ab":
        picture(name, 300)
    time.seconds = 0.2
    picture("a", 300)  # used again
    assert byte_cache.drop_unused(10) == 0
    assert byte_cache.drop_unused(0.1) == 300
    assert byte_cache.held() == 300
    picture("a", 300), picture("b", 300)
    assert made == ["a", "b", "b"]


def test_all_functions_share_one_bound(picture):
    other = kept_by_size(len)(lambda: b"x" * 900)
    picture("a", 300)
    other()
    assert byte_cache.held() == 900


def test_a_result_larger_than_the_bound_is_returned_and_not_cached(picture, made):
    assert len(picture("a", 5000)) == 5000
    assert byte_cache.held() == 0
    picture("a", 5000)
    assert made == ["a", "a"]


def test_concurrent_requests_cost_one_computation(made):
    began, go_on = threading.Event(), threading.Event()

    @kept_by_size(len)
    def slow() -> bytes:
        made.append("x")
        began.set()
        go_on.wait(30)
        return b"x"

    answers: list[bytes] = []
    threads = [threading.Thread(target=lambda: answers.append(slow())) for _ in range(20)]
    for thread in threads:
        thread.start()
    began.wait(30)
    go_on.set()
    for thread in threads:
        thread.join()
    assert answers == [b"x"] * 20 and made == ["x"]


def test_an_error_is_raised_and_not_cached(made):
    @kept_by_size(len)
    def fails() -> bytes:
        made.append("x")
        raise ValueError("no")

    for _ in range(2):
        with pytest.raises(ValueError, match="no"):
            fails()
    assert made == ["x", "x"]
