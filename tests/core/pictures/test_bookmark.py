"""The bookmark in a link: which texts are accepted, and which are refused."""

import pytest

from core.pictures.bookmark import LONGEST, checked

GOOD = [
    "",
    "m0_3_9",
    "s0",
    "s120.125",
    "cagreement",
    "o",
    "omargin_centroids_contours_cells_mark",
    "p0.1234_-0.5_2.31",
    "p0_0_1e-7",
    "t-6.2832_1.5",
    "i59999",
    "m1~s2~ccluster~o~p1_2_3~t1_1~i0",
    "t1_1~m1",
    "ccolours~oofalaterversion",  # the canvas interprets the names
    "z1.5-what_a.later-version_writes~m1",
]
BAD = [
    "m",
    "m-1",
    "m1.5",
    "m1000",
    "m1__2",
    "s",
    "s1_2",
    "s1e3",
    "snan",
    "sInfinity",
    "s1000001",
    "s999999999999",
    "cCluster",
    "c",
    "o_",
    "p1_2",
    "p1_2_3_4",
    "p--1_2_3",
    "p1_2_2e6",
    "p1_2_0x10",
    "p٣_2_1",  # non-ASCII digits
    "t1",
    "i-1",
    "i1.5",
    "i1234567",
    "~",
    "m1~",
    "m1 ",
    "m1\n",
    "M1",
    "é",
    "z<b>",
    "z1 OR 1",
    "../../etc",
    "s" * (LONGEST + 1),
    "~".join(["m1"] * 80),
]


@pytest.mark.parametrize("text", GOOD)
def test_a_valid_bookmark_is_returned_unchanged(text: str) -> None:
    assert checked(text) == text


@pytest.mark.parametrize("text", BAD)
def test_an_invalid_bookmark_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match="shown as usual"):
        checked(text)
