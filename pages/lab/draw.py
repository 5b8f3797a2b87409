"""Lab: Draw. Embed your own digit with a run's encoder."""

from pages.ui import turns
from pages.ui.draw import page, waiting
from pages.ui.runs import history
from pages.ui.runs.following import under_way

history.arrive_by_link()
history.picker()
run = history.shown()
with history.or_why_not(run):
    config = run.config()
    if run.status().state == "done" or under_way(run):
        turns.fragment(history.or_why_not(run)(page.show))(run, config)
    else:
        waiting.not_finished()
