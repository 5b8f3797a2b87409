"""KMeans on the Clusters page, as it plays."""

from tests.pages.conftest import OpenPage


def test_a_press_on_pause_in_the_moment_when_it_ends_does_not_begin_again(open_page: OpenPage) -> None:
    app = open_page("lab/clusters.py", part="KMeans")
    app.button(key="kmeans_play").click().run()
    assert app.button(key="kmeans_play").label == "Pause"
    slider = next(slider for slider in app.slider if slider.label == "Iteration")
    app.session_state[slider.key] = slider.max
    app.session_state["kmeans_playing"] = False  # a tick has ended it; the browser has yet to hear of that
    app.button(key="kmeans_play").click().run()
    assert not app.exception
    assert app.button(key="kmeans_play").label == "Play"
    assert app.session_state[slider.key] == slider.max
