"""Lab: Draw. Embed your own digit with a run's encoder."""

from core.data import DataError
from core.runs import RunDamaged
from pages.ui import turns
from pages.ui.draw import page, waiting
from pages.ui.runs import history
from pages.ui.runs.following import under_way

history.arrive_by_link()
history.picker()
run = history.shown()
try:
    config = run.config()
    if run.status().state == "done" or under_way(run):
        turns.fragment(page.show)(run, config)
    else:
        waiting.not_finished()
except (RunDamaged, DataError) as damage:
    history.cannot_show(run, damage)
