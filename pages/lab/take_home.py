"""Lab: Take it home. The run on the page as a link, as code, as a file, and as a report."""

from core.runs import RunDamaged
from pages.ui.runs import history
from pages.ui.take_home import page

history.arrive_by_link()
history.picker()
run = history.shown()
try:
    page.show(run, run.config())
except RunDamaged as damage:
    history.cannot_show(run, damage, "exported")
