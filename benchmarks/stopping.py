"""How soon the last watcher's Stop takes effect: in training, in a step of seconds, and in measuring."""

import asyncio
import time
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from benchmarks.load import CONFIG
from benchmarks.row import Row, say
from benchmarks.server import Served, served
from benchmarks.visitors import Visitor
from core.config import PARAMETERS, RunConfig, written
from core.runs import ENDED, State

ROUNDS = 5
# 8 million triplets of two classes in a batch: a step takes seconds
LONG_STEP = replace(CONFIG, miner="distance_weighted", batch_size=4096, digits=2, embedding_dims=64)
SECONDS_TO_END = 120


@dataclass(frozen=True)
class Stopped:
    """Seconds from the click until the worker had stopped, and until the page showed it."""

    worker: float
    page: float


def measure() -> list[Row]:
    """The slowest of ROUNDS rounds each."""
    say(f"{ROUNDS} rounds of Stop while a run is trained, and while it is measured ...")
    with served() as server:
        training = [_round(server, replace(CONFIG, seed=3000 + n, epochs=50)) for n in range(ROUNDS)]
        in_a_step = [_round(server, replace(LONG_STEP, seed=3200 + n), 0) for n in range(ROUNDS)]
        measuring = [
            _round(server, replace(CONFIG, seed=3100 + n, epochs=1), 0, "measuring") for n in range(ROUNDS)
        ]
    rows = []
    for phase, rounds in (("trained", training), ("in a long step", in_a_step), ("measured", measuring)):
        what = f"slowest of {ROUNDS} Stops by the last one while a run is {phase}, until"
        rows.append(Row("stop", f"{what} the worker has stopped", "s", max(r.worker for r in rounds), high=1))
        rows.append(Row("stop", f"{what} the page says so", "s", max(r.page for r in rounds), high=1))
    return rows


def _round(server: Served, config: RunConfig, reports: int = 3, phase: State = "training") -> Stopped:
    return asyncio.run(_stop_in(server, config, reports, phase))


async def _stop_in(server: Served, config: RunConfig, reports: int, phase: State) -> Stopped:
    """Stop the run of `config` in `phase`, after so many `reports`."""
    run = server.run(config.key)
    changed = [name for name in PARAMETERS if getattr(config, name) != getattr(CONFIG, name)]
    query = urlencode(written(config, changed))
    async with Visitor(server.url, "train", query, config.key) as visitor:
        await visitor.drawn()
        await visitor.press("Train")
        async with asyncio.timeout(SECONDS_TO_END):
            while run.status().state != phase or len(run.progress()) < reports:
                await asyncio.sleep(0.005)
        pressed = time.time()
        await visitor.press("Stop")
        async with asyncio.timeout(SECONDS_TO_END):
            while run.status().state not in ENDED:
                await asyncio.sleep(0.005)
            while not visitor.shows("**Stopped**"):
                await asyncio.sleep(0.005)
        if run.status().state != "cancelled":
            raise RuntimeError(f"The run was not stopped in time to see it: it is {run.status().state}.")
        return Stopped(run.status().updated - pressed, time.time() - pressed)
