"""A run is a folder: one worker writes it, any number of viewers read it.

    config.json            the RunConfig
    status.json            state and message; written last, and atomically, so that what it says is so
    progress.jsonl         one line a report
    sample.safetensors     which images the live picture shows
    frames/<step>.npy      their embeddings [2000, d], float32, at about 15 steps
    weights/<step>.safetensors   the encoder at the same steps
    embedding.safetensors, contours.safetensors, figures.json, weights.safetensors   the result
    learned.safetensors    what the loss has learned beside the encoder: proxies, centres, a head; of most losses none
    replay/                every image at those steps, once somebody has asked for it: core/pictures/replay.py
    cancel                 its presence asks the worker to stop; says why
    lock                   held by the worker; the kernel frees it when the worker dies
    writer                 the server whose worker holds the lock
    used                   when somebody last looked at it: core/service/storage.py

The folder's name is the config's key, so equal configs meet in one folder and train once.
"""

from core.embedding import Embedding
from core.runs.contents import (
    ENDED,
    FORM,
    HELD_OUT,
    OUTDATED,
    Progress,
    RunDamaged,
    RunsFolderUnusable,
    Sample,
    Snapshot,
    State,
    Status,
)
from core.runs.places import example_run, place_for, run_at, shipped_run, was_whole
from core.runs.run import LEARNED, RESULT_FILES, Run

__all__ = [
    "ENDED",
    "FORM",
    "HELD_OUT",
    "LEARNED",
    "OUTDATED",
    "RESULT_FILES",
    "Embedding",
    "Progress",
    "Run",
    "RunDamaged",
    "RunsFolderUnusable",
    "Sample",
    "Snapshot",
    "State",
    "Status",
    "example_run",
    "place_for",
    "run_at",
    "shipped_run",
    "was_whole",
]
