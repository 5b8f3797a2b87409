"""How soon the last watcher's Stop takes effect, while the run is trained and while it is measured."""

import asyncio
import time
from dataclasses import dataclass, replace

from benchmarks.load import CONFIG
from benchmarks.row import Row, say
from benchmarks.server import Served, served
from benchmarks.visitors import Visitor
from core.config import RunConfig
from core.runs import ENDED, State

ROUNDS = 5
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
        training = [_round(server, "training", seed=3000 + number) for number in range(ROUNDS)]
        measuring = [_round(server, "measuring", seed=3100 + number) for number in range(ROUNDS)]
    rows = []
    for phase, rounds in (("trained", training), ("measured", measuring)):
        what = f"slowest of {ROUNDS} Stops by the last one while a run is {phase}, until"
        rows.append(Row("stop", f"{what} the worker has stopped", "s", max(r.worker for r in rounds), high=1))
        rows.append(Row("stop", f"{what} the page says so", "s", max(r.page for r in rounds), high=1))
    return rows


def _round(server: Served, phase: State, seed: int) -> Stopped:
    config = replace(CONFIG, seed=seed, epochs=50 if phase == "training" else 1)
    return asyncio.run(_stop_in(server, config, phase))


async def _stop_in(server: Served, config: RunConfig, phase: State) -> Stopped:
    run = server.run(config.key)
    query = f"seed={config.seed}&epochs={config.epochs}"
    async with Visitor(server.url, "train", query, config.key) as visitor:
        await visitor.drawn()
        await visitor.press("Train")
        async with asyncio.timeout(SECONDS_TO_END):
            while run.status().state != phase or (phase == "training" and len(run.progress()) < 3):
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
