"""What the engine is doing at one moment: for the health page."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Standing:
    """Counts and sizes of one engine.

    pids: of the live workers. running: key -> seconds since its start.
    """

    slots: int
    pids: list[int]
    running: dict[str, float]
    waiting: int
    most_waiting: int
    replays_waiting: int
    sessions: int
    stored_runs: int
    stored_bytes: int
    most_bytes: int
    removed_runs: int
