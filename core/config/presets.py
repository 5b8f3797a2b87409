"""The settings that come with the app: our own, and those of the two documents that the project comes from."""

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
    "fast": "Our own: every pair of each batch of 200, and a learning rate that rises and falls. Ready in "
    "about two seconds.",
    "tutorial": "The PyTorch tutorial's recipe: 100 random pairs a step, half of them alike, five epochs at "
    "one learning rate.",
    "notebook": "The Wolfram notebook's recipe: 4,096 random triplets a step into three dimensions, stopped "
    "when the loss on "
    "test images has not improved for five batches. Better not to copy that: whoever picks the moment to "
    "stop by the "
    "test images can no longer be surprised by them.",
}
