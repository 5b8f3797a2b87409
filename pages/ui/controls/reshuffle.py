"""How often each random sample on a page has been reshuffled; the count seeds its generator.

So everybody who has pressed a button equally often gets the same images, and a class can discuss them.
"""

import zlib

import numpy as np
import streamlit as st


def generator(name: str, *also: int) -> np.random.Generator:
    """The generator for the current sample called `name`; a different one for other numbers `also`."""
    return np.random.default_rng([zlib.crc32(name.encode()), number(name), *also])


def number(name: str) -> int:
    """How often it was reshuffled."""
    return int(st.session_state.get(_key(name), 0))


def again(name: str) -> None:
    """Reshuffle it: a callback for a button."""
    st.session_state[_key(name)] = number(name) + 1


def button(label: str, name: str) -> None:
    """A button that reshuffles the sample called `name`."""
    st.button(label, icon=":material/casino:", on_click=again, args=(name,), key=f"again_{name}")


def _key(name: str) -> str:
    return f"shuffles_of_{name}"
