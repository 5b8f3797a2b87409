"""The presets are the recipes of their sources."""

from core.config import ABOUT_PRESETS, PARAMETERS, PRESETS, RunConfig


def test_the_tutorial_preset_is_the_tutorials_recipe() -> None:
    """50/50 pairs, ContrastiveModel, its loss with m = 1, default Adam (1e-3), 5 epochs, batches of 100."""
    config = PRESETS["tutorial"]
    assert config.dataset == "mnist" and config.digits == 10
    assert config.layers == (784, 256, 128, 32, 2) and config.activation == "relu"
    assert config.loss == "contrastive_squared" and config.margin == 1
    assert config.sampling == "sampled" and config.miner == "none"
    assert config.epochs == 5 and config.batch_size == 100
    assert config.learning_rate == 1e-3 and config.schedule == "constant"
    assert config.patience == 0 and config.validation == "held_out"


def test_the_notebook_preset_is_the_notebooks_recipe() -> None:
    """embeddingDims 3, batchSize 4096, trainingPatience 5, {256, swish, 256, swish, dims}, 0.1."""
    config = PRESETS["notebook"]
    assert config.dataset == "mnist" and config.digits == 10
    assert config.layers == (784, 256, 256, 3) and config.activation == "x_plus_sigmoid"
    assert config.loss == "pair_hinge_triplet" and config.margin == 0.1
    assert config.sampling == "sampled" and config.miner == "none"
    assert config.batch_size == 4096 and config.patience == 5
    assert config.validation == "test"
    # MaxTrainingRounds -> Infinity: the most epochs we allow; NetTrain's Adam defaults to 1e-3
    assert config.epochs == PARAMETERS["epochs"].high
    assert config.learning_rate == 1e-3 and config.schedule == "constant"


def test_the_fast_preset_is_the_default_and_our_recipe() -> None:
    config = PRESETS["fast"]
    assert config == RunConfig()
    assert config.loss == "contrastive" and config.margin == 1 and config.sampling == "all"
    assert config.batch_size == 200 and config.epochs == 2 and config.embedding_dims == 2
    assert config.schedule == "one_cycle" and config.learning_rate == 3e-3
    assert config.validation == "held_out" and config.patience == 0


def test_each_preset_has_a_description_and_the_notebooks_warns_against_copying_it() -> None:
    assert set(ABOUT_PRESETS) == set(PRESETS)
    assert "test images" in ABOUT_PRESETS["notebook"] and "Don't copy" in ABOUT_PRESETS["notebook"]
