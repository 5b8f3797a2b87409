"""Lab: Embedding. A large picture of a run, with panels that explain it."""

from core.runs import RunDamaged
from pages.ui import turns
from pages.ui.embedding import panels, settings
from pages.ui.runs import history

history.arrive_by_link()
history.picker()
run = history.shown()
try:
    config = run.config()
    if run.status().state == "done":
        looking = settings.sidebar(run, config)
        turns.fragment(panels.show)(run, config, looking)
    else:
        panels.not_finished(run)
except RunDamaged as damage:
    history.cannot_show(run, damage)
