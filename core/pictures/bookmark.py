"""The bookmark: what a link keeps of the canvas, as a short text such as "m0_3~s120~ccluster~p0.1_-0.5_2.3".

The canvas writes and applies it (assets/canvas/bookmark.js has the same format). Pieces in any order, separated by
"~", each a letter and its value, several values separated by "_"; defaults are omitted:

    m   hidden groups, by their labels
    s   training step on display; default: the last, or the newest during training
    c   what the points are coloured by
    o   overlays; the letter alone: none
    p   the centre of the picture, and how much of the embedding its shorter side shows, in units of the embedding;
        in 3-D the centre is the shift of the cloud to the right and down
    t   rotation in 3-D: yaw and pitch in radians
    i   the picked image, by its index in its split

Pieces with another letter belong to later versions and are ignored.
"""

import re

LONGEST = 200  # characters; more than the canvas ever writes
LARGEST = 1e6  # of any number; the picture cannot resolve anything near 1e-9

_NUMBER = r"-?[0-9]{1,9}(?:\.[0-9]{1,12})?(?:e-[0-9]{1,2})?"
_NAMES = "[a-z]{1,20}(?:_[a-z]{1,20})*"
_FORMS = {
    "m": re.compile("[0-9]{1,3}(?:_[0-9]{1,3})*"),
    "s": re.compile(_NUMBER),
    "c": re.compile("[a-z]{1,20}"),
    "o": re.compile(f"(?:{_NAMES})?"),
    "p": re.compile("_".join([_NUMBER] * 3)),
    "t": re.compile("_".join([_NUMBER] * 2)),
    "i": re.compile("[0-9]{1,6}"),
}
_LATER_VERSION = re.compile(r"[a-z][a-z0-9._-]*")
_NUMERIC = "mspti"


def checked(text: str) -> str:
    """The text itself if it is empty or has the format above. Raises ValueError with a sentence otherwise."""
    if text and (len(text) > LONGEST or not all(_well_formed(piece) for piece in text.split("~"))):
        raise ValueError("How the link shows the picture cannot be read; it is shown as usual.")
    return text


def _well_formed(piece: str) -> bool:
    letter, value = piece[:1], piece[1:]
    if letter not in _FORMS:
        return _LATER_VERSION.fullmatch(piece) is not None
    if _FORMS[letter].fullmatch(value) is None:
        return False
    return letter not in _NUMERIC or all(abs(float(number)) <= LARGEST for number in value.split("_"))
