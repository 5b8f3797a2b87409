"""The exercises: task, stub, checks and solution.

Each is a folder of assets/exercises with task.md, stub.py, checks.py and solution.py. They are only read as
text here: a learner's code and the checks run in the learner's browser.
"""

from dataclasses import dataclass

from core.environment import PROJECT

FOLDER = PROJECT / "assets" / "exercises"


@dataclass(frozen=True)
class Exercise:
    """One exercise.

    name: of the function to write, and of the folder. title, task: Markdown with formulas. hints: each one
    reveals more. solved: the closing message. stub: the code to start from. checks:
    Python that defines FUNCTION, PARAMETERS, ANSWER and CHECKS, as assets/exercises/checking.py explains.
    solution: code that passes.
    """

    name: str
    title: str
    task: str
    hints: tuple[str, ...]
    solved: str
    stub: str
    checks: str
    solution: str


def _read(name: str) -> Exercise:
    folder = FOLDER / name
    heading, rest = (folder / "task.md").read_text(encoding="utf-8").split("\n", 1)
    task, rest = rest.split("\n## Hints\n")
    hints, solved = rest.split("\n## Solved\n")
    return Exercise(
        name=name,
        title=heading.removeprefix("# "),
        task=task.strip(),
        hints=tuple(line.removeprefix("- ") for line in hints.strip().splitlines()),
        solved=solved.strip(),
        stub=(folder / "stub.py").read_text(encoding="utf-8"),
        checks=(folder / "checks.py").read_text(encoding="utf-8"),
        solution=(folder / "solution.py").read_text(encoding="utf-8"),
    )


# Each builds on the ones before.
EXERCISES = {
    name: _read(name) for name in ("wcd", "bcd", "contrastive_loss", "triplet_loss", "davies_bouldin")
}
