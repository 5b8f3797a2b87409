"""Training: from a config and its images to a finished run folder.

`train` is the loop, `Trainer.step` one batch, `train_and_measure` (core/training/pipeline.py) a worker's whole
job on a run's folder. Imports torch.
"""

from core.training.loop import Cancelled, Trained, Watcher, snapshot_steps, train
from core.training.trainer import Trainer, TrainingFailed

__all__ = ["Cancelled", "Trained", "Trainer", "TrainingFailed", "Watcher", "snapshot_steps", "train"]
