"""The presets: our own, and those of the two documents that the project is based on."""

from core.config.run_config import RunConfig

PRESETS: dict[str, RunConfig] = {
    "fast": RunConfig(),
    "tutorial": RunConfig(
        loss="contrastive_squared",
        sampling="sampled",
        epochs=5,
        batch_size=100,
        learning_rate=1e-3,
        schedule="constant",
    ),
    "notebook": RunConfig(
        loss="pair_hinge_triplet",
        margin=0.1,
        sampling="sampled",
        embedding_dims=3,
        hidden=(256, 256),
        activation="x_plus_sigmoid",
        epochs=50,
        batch_size=4096,
        learning_rate=1e-3,
        schedule="constant",
        patience=5,
        validation="test",
    ),
}

ABOUT_PRESETS: dict[str, str] = {
    "fast": "Our own: all pairs of each batch of 200, and a one-cycle learning rate. Ready in seconds.",
    "tutorial": "The PyTorch tutorial's recipe: 100 random pairs per step, half of them of the same class, five "
    "epochs at a constant learning rate.",
    "notebook": "The Wolfram notebook's recipe: 4,096 random triplets per step, three dimensions, stopped when the "
    "loss on test images has not improved for five batches. Don't copy that last part: early stopping on the test "
    "images makes the test figures too optimistic.",
}
