"""The command line: `python -m core train --preset fast --set epochs=2 --set margin=0.5`.

`python -m core figures` prints docs/figures.md, the catalogue of figures.

`python -m core ship --preset fast` trains the same way and puts the run into assets/, to be shipped with the
app; `python -m core ship-disagreements` does so with the runs of core/lessons/disagreements.py.
"""

import argparse
import contextlib
import json
import math
import sys
import tempfile
from pathlib import Path

from tqdm import tqdm

from core import environment
from core.config import PARAMETERS, PRESETS, RunConfig
from core.config.cost import cost_of
from core.data import DataError
from core.figures import HEADLINE
from core.figures.page import catalogue_page
from core.runs import Run, RunsFolderUnusable


def main(arguments: list[str] | None = None) -> int:
    """Run the command; returns the exit code: 0 trained, 1 failed, 2 wrong arguments."""
    options = _parser().parse_args(arguments)
    if options.command == "ship-disagreements":
        return _ship_disagreements()
    if options.command == "figures":
        print(catalogue_page(), end="")
        return 0
    try:
        config = RunConfig.from_text(dict(_pair(text) for text in options.set), PRESETS[options.preset])
        if too_large := cost_of(config).refusal(environment.run_bytes(workers=1)):
            raise ValueError(too_large)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as temporary:
        run = Run(Path(options.out or temporary) / config.key)
        try:
            _train(run, config)
        except (DataError, RunsFolderUnusable) as error:
            print(error, file=sys.stderr)
            return 1
        status = run.status()
        if status.state != "done":
            print(status.message, file=sys.stderr)
            return 1
        if options.command == "ship":
            run = _ship(run)
        print(_as_json(run) if options.json else _as_text(run, kept=options.out is not None))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m core", description="Contrastive Lab without its pages.")
    commands = parser.add_subparsers(required=True, dest="command")
    train = commands.add_parser("train", help="train as the app does and print the figures")
    ship = commands.add_parser("ship", help="train, and put the run with its replay into assets/")
    commands.add_parser("figures", help="print the catalogue of figures as a page of Markdown")
    commands.add_parser("ship-disagreements", help="train the runs whose figures disagree, into assets/")
    for command in (train, ship):
        command.add_argument("--preset", choices=PRESETS, default="fast")
        command.add_argument(
            "--set",
            action="append",
            default=[],
            metavar="FIELD=VALUE",
            help=f"change a setting of the preset; may be repeated: {', '.join(PARAMETERS)}",
        )
        command.add_argument("--json", action="store_true", help="print one JSON object instead of text")
    train.add_argument("--out", metavar="DIR", help="keep the run's folder in DIR, under the run's key")
    ship.set_defaults(out=None)
    return parser


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise ValueError(f"--set wants FIELD=VALUE, not {text!r}.")
    return name, value


def _train(run: Run, config: RunConfig) -> None:
    # imports torch, so only after the arguments have been checked
    from core.training.pipeline import train_and_measure

    # standard output is for this command's result, whatever a library prints
    with (
        run.lock(),
        contextlib.redirect_stdout(sys.stderr),
        tqdm(desc="training", unit="step", file=sys.stderr) as bar,
    ):
        run.reset(config)

        def show(step: int, steps: int, loss: float) -> None:
            bar.total = steps
            bar.set_postfix(loss=f"{loss:.4f}", refresh=False)
            bar.update(step - bar.n)

        train_and_measure(run, lambda report: show(report.step, report.steps, report.loss))


def _ship(run: Run) -> Run:
    from core.pictures.make_replay import make_replay
    from core.shipping import ship

    make_replay(run)
    return ship(run, environment.shipped_runs_folder())


def _ship_disagreements() -> int:
    from core.lessons.disagreements import DISAGREEMENTS
    from core.shipping import ship_small

    for each in DISAGREEMENTS.values():
        with tempfile.TemporaryDirectory() as temporary:
            run = Run(Path(temporary) / each.config.key)
            try:
                _train(run, each.config)
            except (DataError, RunsFolderUnusable) as error:
                print(error, file=sys.stderr)
                return 1
            if run.status().state != "done":
                print(run.status().message, file=sys.stderr)
                return 1
            print(f"{each.title}\n{_as_text(ship_small(run, each.run), kept=True)}")
    return 0


def _as_json(run: Run) -> str:
    evaluation = run.evaluation()
    figures = evaluation.values
    return json.dumps(
        {
            "key": run.key,
            "config": run.config().as_dict(),
            "seconds": run.status().seconds,
            "figures": {name: value if math.isfinite(value) else None for name, value in figures.items()},
            "undefined": evaluation.undefined,
        }
    )


def _as_text(run: Run, *, kept: bool) -> str:
    evaluation = run.evaluation()
    lines = [f"Trained in {run.status().seconds:.2f} s, to step {run.status().step:,}."]
    for name, figure in HEADLINE.items():
        shown = evaluation.undefined.get(name) or f"{evaluation.values[name]:.4f}"
        lines.append(f"{figure.label:<34} {shown}")
    if kept:
        lines.append(f"The run's folder: {run.folder}")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
