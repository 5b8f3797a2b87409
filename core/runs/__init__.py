"""A run is a folder: one worker writes it, any number of readers read it.

    config.json            the RunConfig
    status.json            state and message; written last and atomically, so it never promises missing files
    progress.jsonl         one line per report
    sample.safetensors     which images the live picture shows
    frames/<step>.npy      their embeddings [2000, d], float32, at about 15 steps
    weights/<step>.safetensors   the encoder at the same steps
    embedding.safetensors, contours.safetensors, figures.json, weights.safetensors   the result
    learned.safetensors    the loss's own learned parameters: proxies, centres, a head; most losses have none
    replay/                every image at those steps, made on request: core/pictures/replay.py
    cancel                 if present, the worker should stop; contains the reason
    lock                   held by the worker; the kernel frees it when the worker dies
    writer                 the server whose worker holds the lock
    used                   when the run was last used: core/service/storage.py

The folder's name is the config's key, so equal configs share a folder and train once.
"""

from core.embedding import Embedding
from core.runs.places import example_run, place_for, run_at, shipped_run, was_whole
from core.runs.records import (
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
    why,
)
from core.runs.run import Run
from core.runs.worker_files import LEARNED, RESULT_FILES

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
    "why",
]
