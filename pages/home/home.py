"""Home: the promise in one sentence, the shipped run, and the way in."""

import streamlit as st

from pages.ui import history, navigation, run_view

st.title("Train a network to see which digits are alike")
st.markdown(
    "Contrastive Lab teaches contrastive learning by doing: **train a Siamese network on 60,000 real handwritten "
    "digits in about two seconds**, watch them sort themselves, and find out why."
)
st.page_link(navigation.TRAIN, label="Train your own", icon=":material/play_arrow:")
example = history.shipped()
run_view.picture(example, example.config())
