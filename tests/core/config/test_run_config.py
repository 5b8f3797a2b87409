"""RunConfig: derived properties, the way through URL and JSON and back, and the key of a run."""

import dataclasses
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.config import PARAMETERS, PRESETS, Parameter, RunConfig
from core.losses import LOSSES
from core.miners import MINERS


def values(parameter: Parameter) -> st.SearchStrategy[Any]:
    """Any value that the declaration allows."""
    low, high = parameter.low, parameter.high
    match parameter.kind:
        case "integer":
            return st.integers(int(low), int(high))
        case "number":
            return st.floats(low, high)
        case "choice":
            return st.sampled_from(list(parameter.options))
        case "widths":
            return st.lists(st.integers(int(low), int(high)), min_size=1, max_size=4).map(tuple)


def allowed(fields: dict[str, Any]) -> bool:
    """An independent statement of the combinations that are not refused."""
    everything = fields["sampling"] == "all"
    of_pairs, of_triplets = "contrastive" in fields["loss"], "triplet" in fields["loss"]
    of_batches = not of_pairs and not of_triplets
    mined, balanced = fields["miner"] != "none", fields["sampler"] == "balanced"
    cubic = fields["miner"] in ("batch_all", "semi_hard") or (of_triplets and everything and not mined)
    unseen = fields["held_out_class"]
    shown = unseen == "none" or (
        int(unseen) < fields["digits"] and fields["digits"] > 2 and fields["wrong_labels"] == 0
    )
    classes = min(fields["classes_per_batch"], fields["digits"] - (unseen != "none"))
    return not (
        fields["digits"] == 1
        or not shown
        or (everything and fields["batch_size"] < 4)
        or (cubic and fields["batch_size"] > 256)
        or (of_batches and (not everything or mined or fields["batch_size"] > 1024))
        or (mined and not everything)
        or (balanced and (not everything or fields["views"] > 0 or fields["batch_size"] < 2 * classes))
        or (fields["views"] > 0 and fields["loss"] in ("center", "proxy_anchor"))
        or (fields["views"] == 1 and fields["wrong_labels"] > 0)
    )


# Mostly at their default: with all fields free nearly every combination would be refused.
RARE = {"held_out_class": "none", "miner": "none", "sampler": "random", "views": 0.0, "wrong_labels": 0.0}


LIKELY: dict[str, st.SearchStrategy[Any]] = {
    **{name: st.just(default) for name, default in RARE.items()},
    "batch_size": st.integers(4, 256),
    "digits": st.integers(3, 10),
    "sampling": st.just("all"),
}


def mostly(name: str, parameter: Parameter) -> st.SearchStrategy[Any]:
    """Any value of a field; four times in five one from `LIKELY`, if listed there."""
    likely = LIKELY.get(name)
    return (
        values(parameter)
        if likely is None
        else st.integers(0, 4).flatmap(lambda dice: likely if dice else values(parameter))
    )


configs = (
    st.fixed_dictionaries({name: mostly(name, parameter) for name, parameter in PARAMETERS.items()})
    .filter(allowed)
    .map(lambda fields: RunConfig(**fields))
)


def test_the_composition_lists_the_class_sizes_of_a_batch() -> None:
    assert RunConfig(batch_size=200).composition.sizes == (20.0,) * 10
    assert RunConfig(batch_size=200, digits=4).composition.sizes == (50.0,) * 4
    balanced = RunConfig(batch_size=200, sampler="balanced", classes_per_batch=7)
    assert balanced.composition.sizes == (28.0,) * 7
    assert RunConfig(batch_size=200, views=1.0).composition.sizes == (2.0,) * 100
    assert RunConfig(batch_size=200, views=0.5).composition.sizes == (10.0,) * 10 + (2.0,) * 50


def test_an_unknown_setting_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"There is no setting 'margins'\. There are: ") as refusal:
        RunConfig.from_text({"margins": "1"})
    assert all(name in str(refusal.value) for name in PARAMETERS)
    with pytest.raises(ValueError, match="There is no setting 'reach'"):
        RunConfig.from_dict({"reach": 1.0})


@given(configs)
def test_a_config_survives_a_url_round_trip(config: RunConfig) -> None:
    texts = {name: parameter.text(getattr(config, name)) for name, parameter in PARAMETERS.items()}
    assert all(isinstance(text, str) for text in texts.values())
    assert RunConfig.from_text(texts) == config
    assert RunConfig.from_text(texts).key == config.key


@given(configs)
def test_a_config_survives_a_json_round_trip(config: RunConfig) -> None:
    back = RunConfig.from_dict(json.loads(json.dumps(config.as_dict())))
    assert back == config and back.key == config.key


@given(configs, configs)
def test_keys_are_equal_if_and_only_if_the_configs_are(one: RunConfig, other: RunConfig) -> None:
    assert (one.key == other.key) == (one == other)
    assert one.key == dataclasses.replace(one).key


def test_from_text_changes_the_named_fields_only() -> None:
    assert RunConfig.from_text({}) == PRESETS["fast"]
    changed = RunConfig.from_text({"margin": "0.3", "hidden": "64-32"}, PRESETS["tutorial"])
    assert changed == dataclasses.replace(PRESETS["tutorial"], margin=0.3, hidden=(64, 32))


def test_a_config_is_immutable_and_hashable() -> None:
    config = RunConfig()
    with pytest.raises(dataclasses.FrozenInstanceError):
        config.margin = 2.0  # type: ignore[misc]
    assert {config: 1}[RunConfig()] == 1


CHANGED: dict[str, Any] = {
    "dataset": "kmnist",
    "digits": 9,
    "held_out_class": "4",
    "loss": "contrastive_squared",
    "margin": 0.95,
    "temperature": 0.11,
    "scale": 33.0,
    "similarity_margin": 0.3,
    "weight": 0.5,
    "sampling": "sampled",
    "embedding_dims": 3,
    "hidden": (256, 128, 33),
    "activation": "tanh",
    "epochs": 3,
    "batch_size": 201,
    "learning_rate": 0.0031,
    "schedule": "constant",
    "patience": 1,
    "validation": "test",
    "seed": 1,
    "miner": "batch_hard",
    "sampler": "balanced",
    "classes_per_batch": 9,
    "views": 0.5,
    "wrong_labels": 0.1,
}


def test_every_changeable_field_is_in_the_list() -> None:
    lone = {
        name
        for name, parameter in PARAMETERS.items()
        if parameter.kind == "choice" and len(parameter.options) == 1
    }
    assert set(CHANGED) | lone == set(PARAMETERS)


def test_any_changed_field_changes_the_key() -> None:
    keys = [RunConfig(**{name: value}).key for name, value in CHANGED.items()]
    assert len({RunConfig().key, *keys}) == len(CHANGED) + 1


@pytest.mark.parametrize("name", PRESETS)
def test_a_key_is_64_hexadecimal_digits(name: str) -> None:
    assert len(PRESETS[name].key) == 64 and set(PRESETS[name].key) <= set("0123456789abcdef")


# Shipped runs, cached runs and links are found by key. A changed default, checksum or serialisation of the
# config would silently orphan them all. If you change one of these on purpose, update the lines below,
# increment TRAINING_VERSION if training differs, and ship the example runs again.
PINNED = {
    "fast": "f0242e4fbd32d3bd190ffc9aab4a074b3eb55ffd81481892ff08348697ce385c",
    "tutorial": "4f4fbb2c83e040c5ea320328acb0d953ac92c1f97d01ce86a49f3eefdb1ffc7b",
    "notebook": "18fd591b8f6c816d8d3535fcb5e3a093714becd15601c899a0f1621309f16c71",
}


@pytest.mark.parametrize("name", PINNED)
def test_the_key_of_a_preset_never_changes(name: str) -> None:
    assert PRESETS[name].key == PINNED[name]


def test_a_new_version_of_a_loss_changes_only_its_own_keys(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = {name: RunConfig(loss=name).key for name in LOSSES}
    raised = dataclasses.replace(LOSSES["circle"], version=LOSSES["circle"].version + 1)
    monkeypatch.setitem(LOSSES, "circle", raised)
    changed = {name for name in LOSSES if RunConfig(loss=name).key != before[name]}
    assert changed == {"circle"}


def test_a_new_version_of_a_miner_changes_only_its_own_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    configs = [RunConfig(), *(RunConfig(miner=name) for name in MINERS)]
    before = [config.key for config in configs]
    raised = dataclasses.replace(MINERS["batch_hard"], version=MINERS["batch_hard"].version + 1)
    monkeypatch.setitem(MINERS, "batch_hard", raised)
    changed = [config.miner for config, key in zip(configs, before, strict=True) if config.key != key]
    assert changed == ["batch_hard"]


def test_layers_parameter_count_and_reach_follow_the_fields() -> None:
    config = RunConfig(hidden=(10, 5), embedding_dims=3, loss="contrastive_squared", margin=2.25)
    assert config.layers == (784, 10, 5, 3)
    assert config.parameter_count == (784 * 10 + 10) + (10 * 5 + 5) + (5 * 3 + 3)
    assert config.reach == pytest.approx(1.5)
    assert RunConfig(margin=0.4).reach == pytest.approx(0.4)
    assert RunConfig(loss="triplet_margin").reach is None


def test_a_class_can_be_held_out_without_changing_older_keys() -> None:
    assert RunConfig().held_out_class == "none" and RunConfig().unseen is None
    assert RunConfig(held_out_class="7").unseen == 7
    assert RunConfig(held_out_class="none").key == RunConfig().key
    keys = {RunConfig(held_out_class=str(label)).key for label in range(10)} | {RunConfig().key}
    assert len(keys) == 11
    assert RunConfig.from_text({"held_out_class": "0"}).unseen == 0
