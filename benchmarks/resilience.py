"""The command `python -m benchmarks.resilience`: load held, faults survived, hostile inputs tried, each with its
result. `--write` puts it into docs/resilience.md, part by part as each is measured; `--only` measures a part anew
and leaves the others as they are. All of it takes half an hour or so, on a machine that does nothing else.
"""

import argparse
import os
import platform
import re
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from benchmarks import load, load_browsers, memory, stopping
from benchmarks.ending import ended_cleanly, run_to_its_end
from benchmarks.row import Row, figure, say
from benchmarks.tried import FAULTS, HOSTILE_INPUTS
from core.settings import PROJECT

PAGE = PROJECT / "docs" / "resilience.md"
HEAD = """# Load held, faults survived, hostile inputs tried

Written by `python -m benchmarks.resilience --write`, nothing of it by hand. What a visitor sees of each fault is in
[operations.md](operations.md).
"""
SURVIVED, NOT_SURVIVED, NOT_RUN = "survived", "NOT SURVIVED", "did not run here"
LINUX_ONLY = "tests/linux/"

Lines = list[str]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print and perhaps write the parts; 1 where a goal was missed or something not survived."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.resilience", description=__doc__)
    parser.add_argument("--write", action="store_true", help=f"write {PAGE.relative_to(PROJECT)}")
    parser.add_argument("--only", choices=PARTS, action="append", help="a part; all by default")
    options = parser.parse_args(arguments)
    well = True
    for part in options.only or PARTS:
        lines, good = PARTS[part]()
        well &= good
        section = "\n".join([f"## {TITLES[part]}", "", *lines])
        print(f"{section}\n", flush=True)
        if options.write:
            before = PAGE.read_text(encoding="utf-8") if PAGE.exists() else HEAD
            PAGE.write_text(with_section(before, part, section), encoding="utf-8")
    return 0 if well else 1


def with_section(page: str, part: str, section: str) -> str:
    """`page` with the section of a part put in its place, instead of the one that may be there."""
    found = {text.splitlines()[0]: text.rstrip() for text in re.split(r"(?m)^## ", page)[1:]}
    found[TITLES[part]] = section.removeprefix("## ").rstrip()
    sections = [f"## {found[title]}\n" for title in TITLES.values() if title in found]
    return "\n".join([HEAD, *sections])


# ---- load


def _load() -> tuple[Lines, bool]:
    rows = [
        *load.same_preset(),
        *load.different_configs(),
        *load_browsers.measure(),
        *stopping.measure(),
        *memory.measure(),
    ]
    return _of_rows(
        rows, f"{load.SESSIONS} sessions; the clients on one core, the app with one worker on the other."
    )


def _mixed() -> tuple[Lines, bool]:
    said = f"{load.SESSIONS} sessions that come, train, stop, look and go, for {load.MIXED_SECONDS:g} s."
    return _of_rows(load.mixed_use(), said)


def _of_rows(rows: Sequence[Row], said: str) -> tuple[Lines, bool]:
    lines = [f"{measured_on()} {said}"]
    if load.SESSIONS != 40:
        lines += ["", "**A trial with fewer sessions than a class has, no measurement.**"]
    lines += [
        "",
        "| what | result | compared with | ratio | goal | met |",
        "| --- | ---: | ---: | ---: | --- | --- |",
    ]
    for row in rows:
        cells = (row.what, figure(row.ours, row.unit), figure(row.theirs, row.unit), figure(row.ratio))
        lines.append(f"| {row.name}: {' | '.join(cells)} | {row.goal} | {'yes' if row.met else 'NO'} |")
    return lines, all(row.met for row in rows)


def measured_on(done: str = "Measured") -> str:
    """When, and with what."""
    packages = ", ".join(f"{name} {version(name)}" for name in ("streamlit", "torch"))
    return (
        f"{done} on {datetime.now(UTC):%d %B %Y}: {os.cpu_count()} cores, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}, {packages}."
    )


# ---- faults and hostile inputs


def _faults() -> tuple[Lines, bool]:
    results = results_of(test for each in FAULTS for test in each.tests)
    lines = [
        measured_on("Tried"),
        "",
        "| fault | brought about by | tests | result |",
        "| --- | --- | ---: | --- |",
    ]
    verdicts = []
    for each in FAULTS:
        of_this = [result for test in each.tests for result in _cases(results, test).values()]
        verdicts.append(_worst(of_this))
        lines.append(f"| {each.what} | {each.how} | {len(of_this)} | {verdicts[-1]} |")
    return lines, all(verdict == SURVIVED for verdict in verdicts)


def _hostile() -> tuple[Lines, bool]:
    results = results_of(test for each in HOSTILE_INPUTS for test in each.tests)
    lines = [
        measured_on("Tried"),
        "",
        "| input | sent as | what is asked of the app | result |",
        "| --- | --- | --- | --- |",
    ]
    verdicts = []
    for each in HOSTILE_INPUTS:
        for test in each.tests:
            seen = test.partition("::test_")[2].replace("_", " ")
            for case, result in (_cases(results, test) or {"": NOT_RUN}).items():
                what = f"{each.what}: `{case}`" if case else each.what
                verdicts.append(result)
                lines.append(f"| {what} | {each.how} | {seen} | {result} |")
    return lines, all(verdict == SURVIVED for verdict in verdicts)


def results_of(tests: Iterable[str]) -> dict[str, str]:
    """How each test went, by its node id with its case in brackets; those that cannot run here are left out."""
    wanted = [test for test in tests if not (test.startswith(LINUX_ONLY) and _linux_tier_is_missing())]
    say(f"{len(wanted)} tests ...")
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        run_to_its_end([sys.executable, "-m", "pytest", "-q", *wanted, f"--junitxml={report}"])
        return dict(_read(report)) if report.exists() else {}


def _read(report: Path) -> Iterator[tuple[str, str]]:
    for case in ElementTree.parse(report).iter("testcase"):
        file = case.get("classname", "").replace(".", "/")
        bad = case.find("failure") is not None or case.find("error") is not None
        skipped = case.find("skipped") is not None
        result = NOT_SURVIVED if bad else NOT_RUN if skipped else SURVIVED
        yield f"{file}.py::{case.get('name', '')}", result


def _cases(results: dict[str, str], test: str) -> dict[str, str]:
    """Of one test, the case in its brackets -> how it went; "" for one without cases."""
    name = re.compile(re.escape(test) + r"(?:\[(.*)\])?", re.S)
    found = ((name.fullmatch(node), result) for node, result in results.items())
    return {_in_a_cell(match[1] or ""): result for match, result in found if match}


def _worst(results: Sequence[str]) -> str:
    if not results or NOT_RUN in results:
        return NOT_SURVIVED if NOT_SURVIVED in results else NOT_RUN
    return NOT_SURVIVED if NOT_SURVIVED in results else SURVIVED


def _in_a_cell(text: str) -> str:
    """Without what would end a table's cell, and not too long for one."""
    plain = re.sub(r"[|`\s]+", " ", text)
    return plain if len(plain) <= 80 else f"{plain[:77]}..."


def _linux_tier_is_missing() -> bool:
    from tests.linux.needs import what_is_missing  # mounts a disk to see whether that can be done

    return bool(what_is_missing())


PARTS: dict[str, Callable[[], tuple[Lines, bool]]] = {
    "load": _load,
    "mixed": _mixed,
    "faults": _faults,
    "hostile": _hostile,
}
TITLES = {
    "load": "Load",
    "mixed": "Ten minutes of mixed use",
    "faults": "Faults",
    "hostile": "Hostile inputs",
}

if __name__ == "__main__":
    sys.exit(ended_cleanly(main))
