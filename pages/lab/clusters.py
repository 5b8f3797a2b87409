"""Lab: Clusters. What KMeans finds in a run's embedding, and every figure, down to the images."""

from pages.ui.clusters import page
from pages.ui.embedding import panels
from pages.ui.runs import history

history.arrive_by_link()
history.picker()
run = history.shown()
with history.or_why_not(run):
    config = run.config()
    if run.status().state == "done":
        page.show(run, config)
    else:
        panels.not_finished(run)
