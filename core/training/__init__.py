"""Training: from a config and its images to a finished run folder.

`train` is the loop, `Trainer.step` what happens at each batch, `train_and_measure` (core/training/pipeline.py)
what a worker does with a run's folder. Imports torch.
"""

from core.training.loop import Cancelled, Trained, Watcher, snapshot_steps, train
from core.training.trainer import Trainer, TrainingFailed

__all__ = ["Cancelled", "Trained", "Trainer", "TrainingFailed", "Watcher", "snapshot_steps", "train"]
