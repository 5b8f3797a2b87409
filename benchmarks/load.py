"""The load of a class: sessions on the Train page that all press Train at the same time.

CONTRASTIVE_LAB_LOAD: the number of sessions, by default 40; with fewer it is a trial, not a measurement.
"""

import asyncio
import contextlib
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from statistics import median, quantiles

from benchmarks.row import Row, say
from benchmarks.server import Served, served
from benchmarks.visitors import Rerun, Visitor
from core.config import PARAMETERS, PRESETS, RunConfig
from core.runs import Run

SESSIONS = int(os.environ.get("CONTRASTIVE_LAB_LOAD", "40"))
MIXED_SECONDS = float(os.environ.get("CONTRASTIVE_LAB_LOAD_SECONDS", "600"))
FORGOTTEN_AFTER = 240  # seconds after which Streamlit has dropped the sessions that left
CONFIG = PRESETS["fast"]


def same_preset() -> list[Row]:
    """All press Train on one config: it is trained once, and everyone soon has the result."""
    say(f"{SESSIONS} sessions, the same config ...")
    config = replace(CONFIG, seed=900)
    with served() as server:
        visitors = asyncio.run(class_of(server, [config] * SESSIONS))
        run = server.run(config.key)
        steps = [report.step for report in run.progress()]
        last = max(visitor.saw_result_at or float("inf") for visitor in visitors) - run.status().updated
        name = "load_same"
        return [
            Row(name, "trainings", "", float(len(list(server.runs.glob("[!.]*")))), low=1, high=1),
            Row(name, "reports written once", "", float(len(set(steps)) == len(steps)), low=1),
            Row(name, "its end to the last page that shows it", "s", last, high=3),
            slowest_row(name, _drawings(visitors)),
            errors_row(name, server, visitors),
        ]


def different_configs() -> list[Row]:
    """All press Train on different configs: a fair queue, responsive pages, nothing lost."""
    say(f"{SESSIONS} sessions, {SESSIONS} configs ...")
    configs = [replace(CONFIG, seed=1000 + number) for number in range(SESSIONS)]
    with served() as server:
        single = median(
            asyncio.run(_seconds_of_one(server, replace(CONFIG, seed=seed))) for seed in (1, 2, 3)
        )
        before = server.memory()
        began = time.time()
        visitors = asyncio.run(class_of(server, configs))
        runs = [server.run(config.key) for config in configs]
        stored = [run.status().state for run in runs].count("done")
        total = max(run.status().updated for run in runs) - began
        busy = server.memory()
        after = _memory_when_all_have_left(server, before)
        name = "load_different"
        return [
            Row(name, "runs stored", "", float(stored), low=SESSIONS),
            Row(
                name,
                f"all of them, {SESSIONS} x one",
                "s",
                total,
                SESSIONS * single,
                total / (SESSIONS * single),
                high=1.25,
            ),
            slowest_row(name, _drawings(visitors)),
            errors_row(name, server, visitors),
            Row(name, "same bits as alone", "", float(_same_bits(server, configs)), low=1),
            Row(name, "pages' memory before and after", "MB", after, before, after / before, high=1.15),
            Row(name, "pages' memory under load", "MB", busy, high=690),
        ]


def mixed_use() -> list[Row]:
    """Ten minutes of mixed use: sessions that come and go, train, stop and read. Run by name."""
    say(f"{SESSIONS} sessions, {MIXED_SECONDS:g} s of mixed use ...")
    with served(CONTRASTIVE_LAB_DISK_MB="200") as server:
        asyncio.run(_seconds_of_one(server, replace(CONFIG, seed=1)))
        asyncio.run(_mixed(server, MIXED_SECONDS / 4))  # warm-up: imports everything
        before = _memory_when_all_have_left(server, server.memory())
        errors = asyncio.run(_mixed(server, MIXED_SECONDS))
        after = _memory_when_all_have_left(server, before)
        held = _runs_when_all_have_left(server, 200)
        name = "mixed_use"
        return [
            Row(name, "pages' memory before and after", "MB", after, before, after / before, high=1.1),
            Row(name, "runs on disk when all have left, of 200 MB", "MB", held, high=200),
            Row(name, "errors", "", float(errors + server.errors()), high=0),
        ]


async def class_of(server: Served, configs: Sequence[RunConfig]) -> list[Visitor]:
    """A session for each config; all press Train at once and stay until they have the result."""
    async with contextlib.AsyncExitStack() as stack:
        visitors = [
            await stack.enter_async_context(Visitor(server.url, "train", f"seed={c.seed}", c.key))
            for c in configs
        ]
        await asyncio.gather(*(visitor.drawn() for visitor in visitors))
        for visitor in visitors:
            visitor.reruns.clear()  # without opening the page
        await asyncio.gather(*(visitor.press("Train") for visitor in visitors))
        await asyncio.gather(*(visitor.follow_run() for visitor in visitors))
    return visitors


async def _seconds_of_one(server: Served, config: RunConfig) -> float:
    async with Visitor(server.url, "train", f"seed={config.seed}", config.key) as visitor:
        await visitor.drawn()
        began = time.time()
        await visitor.press("Train")
        await visitor.follow_run()
    return server.run(config.key).status().updated - began


async def _mixed(server: Served, seconds: float) -> int:
    """Sessions that are active until the time is up; returns the number of errors on their pages."""
    end = time.monotonic() + seconds
    errors = 0

    async def session(number: int) -> None:
        nonlocal errors
        chance = random.Random(number)
        while time.monotonic() < end:
            seed = (
                chance.randrange(int(PARAMETERS["seed"].high) + 1)
                if chance.random() < 0.5
                else chance.randrange(5)
            )
            config = replace(CONFIG, seed=seed)
            path = chance.choice(["train", "train", "train", "", "embedding", "clusters", "pairs"])
            async with Visitor(
                server.url, path, f"seed={seed}" if path == "train" else "", config.key
            ) as visitor:
                await visitor.drawn()
                if path == "train" and chance.random() < 0.7:
                    await visitor.press("Train")
                    if chance.random() < 0.3 and visitor.button("Stop"):
                        await visitor.press("Stop")
                    elif server.run(config.key).status().state != "missing":
                        await visitor.follow_run()
                await asyncio.sleep(chance.uniform(0, 10))
                errors += len(visitor.exceptions)

    await asyncio.gather(*(session(number) for number in range(SESSIONS)))
    return errors


def slowest_row(name: str, drawings: Sequence[Rerun], where: str = "") -> Row:
    """The 95th percentile of the time to draw a page."""
    times = [drawing.seconds for drawing in drawings]
    return Row(
        name, f"95th percentile of {len(times)} drawings{where}", "s", quantiles(times, n=20)[18], high=1
    )


def _drawings(visitors: Sequence[Visitor]) -> list[Rerun]:
    return [rerun for visitor in visitors for rerun in visitor.reruns]


def errors_row(name: str, server: Served, visitors: Sequence[Visitor]) -> Row:
    """Exceptions on the pages, and errors in the server's log."""
    shown = sum(len(visitor.exceptions) for visitor in visitors)
    return Row(name, "errors shown or logged", "", float(shown + server.errors()), high=0)


def _same_bits(server: Served, configs: Sequence[RunConfig]) -> bool:
    """Whether the first and the last run have the same weights as when trained alone."""
    with tempfile.TemporaryDirectory() as folder:
        for config in (configs[0], configs[-1]):
            command = [sys.executable, "-m", "core", "train", "--preset", "fast"]
            command += ["--set", f"seed={config.seed}", "--out", folder]
            subprocess.run(command, check=True, capture_output=True)
            alone = Run(Path(folder) / config.key).status().files["weights.safetensors"]
            if server.run(config.key).status().files.get("weights.safetensors") != alone:
                return False
    return True


def _memory_when_all_have_left(server: Served, before: float) -> float:
    """The memory of the pages' process once Streamlit has dropped the sessions that left."""
    end = time.monotonic() + FORGOTTEN_AFTER
    while server.memory() > before * 1.05 and time.monotonic() < end:
        time.sleep(5)
    return server.memory()


async def _visit_briefly(server: Served) -> None:
    async with Visitor(server.url, "train", "", CONFIG.key) as visitor:
        await visitor.drawn()


def _runs_when_all_have_left(server: Served, bound: float) -> float:
    """Megabytes of runs. A run that a session has open is kept until Streamlit drops the session, which it
    does when another one comes or goes, at least two minutes later.
    """
    end = time.monotonic() + FORGOTTEN_AFTER
    while True:
        asyncio.run(_visit_briefly(server))
        held = sum(file.stat().st_size for file in server.runs.rglob("*") if file.is_file()) / 1e6
        if held <= bound or time.monotonic() > end:
            return held
        time.sleep(5)
