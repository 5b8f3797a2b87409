"""How a picture of the canvas is seen, as a few letters that a link carries: "m0_3~s120~ccluster~p0.1_-0.5_2.3".

The canvas writes them and takes them up (assets/canvas/bookmark.js has the same form). Pieces in any order, "~"
between them, each a letter and its value, "_" between several; what is as usual is left out:

    m   groups that are hidden, by their labels
    s   training step at which it stands; without, at the last, or at the newest while training goes on
    c   what the points are coloured by
    o   what is drawn over them; the letter alone: nothing
    p   the middle of the picture, and how much of the embedding its shorter side shows, in units of the embedding;
        in 3-D the middle is how far the cloud is moved to the right and down
    t   how the cloud is turned in 3-D: yaw and pitch in radians
    i   the image that is picked, by its number in its split

A piece with another letter is a later version's, and left out.
"""

import re

LONGEST = 200  # characters; all that the canvas writes is shorter
LARGEST = 1e6  # of any number, and the smallest part of one that the picture can show is far above 1e-9

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
_OF_LATER = re.compile(r"[a-z][a-z0-9._-]*")
_OF_NUMBERS = "mspti"


def checked(text: str) -> str:
    """The text, where it has the form above or is empty. Raises ValueError with a sentence where it has not."""
    if text and (len(text) > LONGEST or not all(_well_formed(piece) for piece in text.split("~"))):
        raise ValueError("How the link shows the picture cannot be read; it is shown as usual.")
    return text


def _well_formed(piece: str) -> bool:
    letter, value = piece[:1], piece[1:]
    if letter not in _FORMS:
        return _OF_LATER.fullmatch(piece) is not None
    if _FORMS[letter].fullmatch(value) is None:
        return False
    return letter not in _OF_NUMBERS or all(abs(float(number)) <= LARGEST for number in value.split("_"))
