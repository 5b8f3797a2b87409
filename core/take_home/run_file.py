"""A finished run as a zip file.

    README.md               an explanation
    config.json             every setting
    figures.json            all figures, with their errors and chance levels
    progress.jsonl          the loss over the steps, one line per report
    result.json             training time, the step of the weights, whether it stopped early
    weights.safetensors     the trained encoder: linear.0.weight [256, 784], linear.0.bias [256], ...
    learned.safetensors     the loss's own parameters: proxies, or centres and a head; most losses have none
    embedding.parquet       the embedding of every image, with label and cluster
    sample.safetensors      which 2,000 images the live picture showed
    snapshots.safetensors   their embeddings during training: step -> [2000, d]

The same run gives the same bytes, since all files have a fixed date.
"""

import io
import json
import zipfile

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
from safetensors.numpy import save

from core.config import PARAMETERS, RunConfig
from core.data import DATASETS
from core.figures import FIGURES
from core.figures.evaluation import Evaluation
from core.losses import LOSSES
from core.pictures.frames import unpack
from core.pictures.replay import SPLITS, Replay
from core.runs import Run, Snapshot
from core.take_home import tables

_DATE = (2026, 1, 1, 0, 0, 0)


def run_file(run: Run) -> bytes:
    """The zip of a finished run. Raises RunDamaged, and DataError if the images cannot be read."""
    config, status = run.config(), run.status()
    result = {"seconds": status.seconds, "step": status.step, "stopped_early": status.stopped_early}
    sample = run.sample()
    snapshots = {f"{snapshot.step:06d}": snapshot.embeddings for snapshot in snapshots_of(run)}
    learned = run.learned()
    contents: dict[str, str | bytes] = {
        "README.md": _readme(run, config),
        "config.json": json.dumps(config.as_dict(), indent=1),
        "figures.json": run.evaluation().to_json(),
        "progress.jsonl": "".join(json.dumps(vars(report)) + "\n" for report in run.progress()),
        "result.json": json.dumps(result),
        "weights.safetensors": save(run.weights()),
        **({"learned.safetensors": save(learned)} if learned else {}),
        "embedding.parquet": tables.as_parquet(
            pa.concat_tables([tables.table(run, split) for split in SPLITS]), run
        ),
        "sample.safetensors": save(
            {"indices": sample.indices, "in_test": np.array([sample.split == "test"], np.uint8)}
        ),
        "snapshots.safetensors": save(snapshots),
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in contents.items():
            entry = zipfile.ZipInfo(name, _DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            file.writestr(entry, content)
    return buffer.getvalue()


def snapshots_of(run: Run) -> list[Snapshot]:
    """The sample's snapshots; for a shipped run, which has none, taken from its replay."""
    replay, sample = Replay(run), run.sample()
    if run.snapshot_steps() or not replay.has(sample.split):
        return [run.snapshot(step) for step in run.snapshot_steps()]
    frames = unpack(replay.frames(sample.split))
    if frames.coordinates.shape[2] != run.config().embedding_dims:
        return []  # the replay shows a projection of the embeddings
    # contiguous copies: safetensors ignores strides and would write the bytes in memory order
    return [
        Snapshot(int(step), np.ascontiguousarray(points[sample.indices]))
        for step, points in zip(frames.steps, frames.coordinates, strict=True)
    ]


def _readme(run: Run, config: RunConfig) -> str:
    names = ", ".join(run.learned())
    collapsed = f" {why}" if (why := run.evaluation().collapsed) else ""
    learned = f"| `learned.safetensors` | the loss's own learned parameters: {names} |\n" if names else ""
    return f"""# A run of Contrastive Lab

A network was trained on {DATASETS[config.dataset].label} with the loss “{LOSSES[config.loss].label}”. It maps an image
of 28 x 28 pixels to {config.embedding_dims} numbers, so that images of the same class are close together.{collapsed}

| file | content |
| --- | --- |
| `config.json` | every setting of the run |
| `figures.json` | its figures: how good it is |
| `progress.jsonl` | the loss over the training steps |
| `embedding.parquet` | the embedding of each image (z1, z2, ...), with its label and its KMeans cluster |
| `weights.safetensors` | the trained network, layer by layer |
{learned}| `sample.safetensors`, `snapshots.safetensors` | 2,000 of the images, and their embeddings during training |
| `result.json` | how long it took |

To use it in Python:

```python
import pandas as pd
from safetensors.numpy import load_file

points = pd.read_parquet("embedding.parquet")
weights = load_file("weights.safetensors")
```

## Settings

| setting | value |
| --- | --- |
{_settings(config)}

## Figures

| figure | value | meaning |
| --- | --- | --- |
{_figures(run.evaluation())}
"""


def _settings(config: RunConfig) -> str:
    rows = []
    for name, parameter in PARAMETERS.items():
        value = getattr(config, name)
        rows.append(f"| {parameter.label} | {parameter.options.get(str(value), parameter.text(value))} |")
    return "\n".join(rows)


def _figures(evaluation: Evaluation) -> str:
    return "\n".join(
        f"| {figure.label} | {evaluation.undefined.get(name) or f'{evaluation.values[name]:.4f}'} | {figure.meaning} |"
        for name, figure in FIGURES.items()
    )
