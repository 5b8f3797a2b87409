"""Lab: Clusters. What KMeans finds in a run's embedding, and every figure, down to the images."""

from core.data import DataError
from core.runs import RunDamaged
from pages.ui.clusters import page
from pages.ui.embedding import panels
from pages.ui.runs import history

history.arrive_by_link()
history.picker()
run = history.shown()
try:
    config = run.config()
    if run.status().state == "done":
        page.show(run, config)
    else:
        panels.not_finished(run)
except (RunDamaged, DataError) as damage:
    history.cannot_show(run, damage)
