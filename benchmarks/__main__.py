"""The command: `python -m benchmarks [NAME ...] [--json]`."""

import argparse
import json
import os
import sys
from collections.abc import Callable

from benchmarks import (
    canvas,
    clusters,
    costs,
    density,
    hostile,
    load,
    load_browsers,
    losses,
    many_tabs,
    memory,
    parallel,
    quality,
    random_rand,
    snapshots,
    step,
    stopping,
    take_home,
    training_time,
)
from benchmarks.ending import ended_cleanly
from benchmarks.row import Row, context, say, table

# In the order in which they run: short ones first, those that share a measurement next to each other.
BENCHMARKS: dict[str, Callable[[], list[Row]]] = {
    "random_rand": random_rand.measure,
    "step_overhead": step.step_overhead,
    "step_metric_learning": step.step_metric_learning,
    "snapshots": snapshots.measure,
    "parallel": parallel.measure,
    "density": density.measure,
    "clusters": clusters.measure,
    "clusters_wide": clusters.wide,
    "canvas": canvas.measure,
    "quality": quality.measure,
    "time_to_rand": training_time.time_to_rand,
    "tutorial_recipe": training_time.tutorial_recipe,
    "losses": losses.measure,
    "take_home": take_home.measure,
    "load_same": load.same_preset,
    "load_different": load.different_configs,
    "load_browsers": load_browsers.measure,
    "costs": costs.measure,
    "stop": stopping.measure,
    "many_tabs": many_tabs.measure,
    "memory": memory.measure,
    "mixed_use": load.mixed_use,
    "hostile": hostile.measure,
}
# These take up to an hour, or need Linux: only run by name.
BY_NAME_ONLY = {
    "clusters_wide",
    "costs",
    "losses",
    "take_home",
    "load_same",
    "load_different",
    "load_browsers",
    "stop",
    "many_tabs",
    "memory",
    "mixed_use",
    "hostile",
}


def main(arguments: list[str] | None = None) -> int:
    """Run and print the named benchmarks, by default all but BY_NAME_ONLY. A missed goal is no error."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description="Ours against theirs, measured side by side."
    )
    parser.add_argument(
        "names",
        nargs="*",
        metavar="NAME",
        help=f"which to run, by default all but {', '.join(sorted(BY_NAME_ONLY))}: {', '.join(BENCHMARKS)}",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON array instead of a table")
    options = parser.parse_args(arguments)
    for name in options.names:
        if name not in BENCHMARKS:
            parser.error(f"there is no benchmark {name!r}; there are: {', '.join(BENCHMARKS)}")
    _warn_if_busy()
    rows: list[Row] = []
    for name in options.names or [name for name in BENCHMARKS if name not in BY_NAME_ONLY]:
        say(f"== {name}")
        rows += BENCHMARKS[name]()
    if options.json:
        print(json.dumps([row.as_dict() for row in rows], indent=1))
    else:
        print(table(rows))
        print("\n" + ", ".join(f"{name} {value}" for name, value in context().items()))
    return 0


def _warn_if_busy() -> None:
    if not hasattr(os, "getloadavg"):  # not on Windows
        return
    load, cores = os.getloadavg()[0], os.cpu_count() or 1
    if load > cores / 2:
        say(
            f"Other programs keep {load:.1f} of {cores} cores busy. That slows the tutorial, which uses several "
            "threads, more than ours, so the ratios are too good: measure again on an idle machine."
        )


if __name__ == "__main__":
    sys.exit(ended_cleanly(main))
