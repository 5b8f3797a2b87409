"""Results kept in memory: bounded in bytes, the longest unused first, each made once."""

import threading
import time

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


def test_what_is_kept_is_not_made_again(picture, made):
    assert picture("a", 10) == picture("a", 10) == b"a" * 10
    assert made == ["a"] and byte_cache.held() == 10


def test_the_longest_unused_goes_first(picture, made):
    for name in "abc":
        picture(name, 300)
    picture("a", 300)  # used again
    picture("d", 300)  # too much by 200: b goes
    assert byte_cache.held() == 900
    picture("a", 300), picture("c", 300), picture("d", 300)
    assert made == ["a", "b", "c", "d"]
    picture("b", 300)
    assert made[-1] == "b"


def test_what_nobody_has_used_for_so_long_goes(picture, made):
    for name in "ab":
        picture(name, 300)
    time.sleep(0.2)
    picture("a", 300)  # used again
    assert byte_cache.drop_unused(10) == 0
    assert byte_cache.drop_unused(0.1) == 300
    assert byte_cache.held() == 300
    picture("a", 300), picture("b", 300)
    assert made == ["a", "b", "b"]


def test_the_bound_is_one_for_all_functions(picture):
    other = kept_by_size(len)(lambda: b"x" * 900)
    picture("a", 300)
    other()
    assert byte_cache.held() == 900


def test_what_is_larger_than_the_bound_is_given_and_not_kept(picture, made):
    assert len(picture("a", 5000)) == 5000
    assert byte_cache.held() == 0
    picture("a", 5000)
    assert made == ["a", "a"]


def test_many_who_ask_at_once_cost_one_making(made):
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


def test_an_error_is_raised_and_not_kept(made):
    @kept_by_size(len)
    def fails() -> bytes:
        made.append("x")
        raise ValueError("no")

    for _ in range(2):
        with pytest.raises(ValueError, match="no"):
            fails()
    assert made == ["x", "x"]
