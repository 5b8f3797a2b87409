"""How often a thing on a page has been drawn anew; the number seeds its chance.

So everybody who has pressed a button as often sees the same images: a class can talk about them.
"""

import zlib

import numpy as np
import streamlit as st


def generator(name: str, *also: int) -> np.random.Generator:
    """Chance for the thing called `name` as it stands; another one for other numbers `also`."""
    return np.random.default_rng([zlib.crc32(name.encode()), number(name), *also])


def number(name: str) -> int:
    """How often it was drawn anew."""
    return int(st.session_state.get(_key(name), 0))


def again(name: str) -> None:
    """Draw it anew; to be given to a button."""
    st.session_state[_key(name)] = number(name) + 1


def button(label: str, name: str) -> None:
    """A button that draws the thing called `name` anew."""
    st.button(label, icon=":material/casino:", on_click=again, args=(name,), key=f"again_{name}")


def _key(name: str) -> str:
    return f"draws_of_{name}"
