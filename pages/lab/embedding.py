"""Lab: Embedding. A large picture of a run, with panels that explain it."""

from pages.ui import turns
from pages.ui.embedding import panels, settings
from pages.ui.runs import history

history.arrive_by_link()
history.picker()
run = history.shown()
with history.or_why_not(run):
    config = run.config()
    if run.status().state == "done":
        looking = settings.sidebar(run, config)
        turns.fragment(history.or_why_not(run)(panels.show))(run, config, looking)
    else:
        panels.not_finished(run)
