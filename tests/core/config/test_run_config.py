"""RunConfig: what it lets in, what it refuses and with which words, and the key that names a run."""

import dataclasses
import json
import math
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.config import ABOUT_PRESETS, PARAMETERS, PRESETS, Parameter, RunConfig, parse_field
from core.losses import LOSSES

NUMERIC = [name for name, parameter in PARAMETERS.items() if parameter.kind in ("integer", "number")]
CHOICES = [name for name, parameter in PARAMETERS.items() if parameter.kind == "choice"]

# Settings beside which every value within the bounds is allowed.
LENIENT: dict[str, Any] = {"sampling": "sampled"}


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
    """The combinations that are not refused, written once more."""
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


# These mostly at their default: with all fields free nearly every combination would be refused.
SELDOM = {"held_out_class": "none", "miner": "none", "sampler": "random", "views": 0.0, "wrong_labels": 0.0}
LIKELY: dict[str, st.SearchStrategy[Any]] = {
    **{name: st.just(default) for name, default in SELDOM.items()},
    "batch_size": st.integers(4, 256),
    "digits": st.integers(3, 10),
    "sampling": st.just("all"),
}


def mostly(name: str, parameter: Parameter) -> st.SearchStrategy[Any]:
    """Any value of a field; four times in five one that few other values forbid, where there are such."""
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


@pytest.mark.parametrize("end", ["low", "high"])
@pytest.mark.parametrize("name", NUMERIC)
def test_each_bound_itself_is_allowed(name: str, end: str) -> None:
    value = getattr(PARAMETERS[name], end)
    assert PARAMETERS[name].check(int(value) if PARAMETERS[name].kind == "integer" else value) == value
    if (name, end) != ("digits", "low"):  # one class alone is refused for another reason
        assert (
            getattr(RunConfig(**{**LENIENT, name: value if name != "digits" else int(value)}), name) == value
        )


@pytest.mark.parametrize("name", NUMERIC)
def test_a_value_beyond_either_bound_is_refused_with_the_label_and_the_bounds(name: str) -> None:
    parameter = PARAMETERS[name]
    assert math.isfinite(parameter.low) and math.isfinite(parameter.high)
    if parameter.kind == "integer":
        outside: list[Any] = [int(parameter.low) - 1, int(parameter.high) + 1, 10**400, -(10**400)]
    else:
        outside = [math.nextafter(parameter.low, -1), math.nextafter(parameter.high, 1e9), -1.0, 1e300]
    for value in outside:
        with pytest.raises(ValueError) as refusal:
            RunConfig(**{**LENIENT, name: value})
        sentence = str(refusal.value)
        assert sentence.startswith(parameter.label) and sentence.endswith(".") and len(sentence) < 300
        assert f"from {parameter.low:g} to {parameter.high:g}" in sentence


def test_a_refused_value_is_named_exactly_enough_to_be_seen_outside() -> None:
    with pytest.raises(ValueError, match=r"Margin goes from 0 to 5; 5\.000001 is outside\."):
        RunConfig(margin=5.000001)


@pytest.mark.parametrize("widths", [(1,), (513,), (256, 1, 32), (256, 128, 32, 600)])
def test_a_hidden_width_out_of_bounds_is_refused(widths: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="Hidden widths goes from 2 to 512 units"):
        RunConfig(hidden=widths)


@pytest.mark.parametrize("widths", [(), (8,) * 5])
def test_no_hidden_layer_and_five_are_refused(widths: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="Hidden widths: 1 to 4 layers"):
        RunConfig(hidden=widths)


WRONG: dict[str, list[Any]] = {
    "integer": [
        True,
        "3",
        2.0,
        2.5,
        math.nan,
        math.inf,
        None,
        [3],
        (),
        {},
        np.array([2, 3]),
        np.array(2.0),
        b"2",
    ],
    "number": [
        True,
        10**400,
        "0.5",
        math.nan,
        math.inf,
        -math.inf,
        None,
        [0.5],
        {},
        np.array([0.5, 1.0]),
        1j,
        b"1",
    ],
    "choice": ["", "nonsense", "Contrastive", " mnist", None, 1, True, math.nan, ["mnist"], ("all",), {}],
    "widths": [
        "256",
        "256-128",
        256,
        2.5,
        None,
        True,
        math.nan,
        [256.0],
        ["256"],
        [True],
        [None],
        [[256]],
        {"a": 1},
    ],
}


@pytest.mark.parametrize("name", PARAMETERS)
def test_a_value_of_the_wrong_type_is_refused_with_a_sentence_that_names_the_label(name: str) -> None:
    parameter = PARAMETERS[name]
    for value in WRONG[parameter.kind]:
        with pytest.raises(ValueError) as refusal:
            RunConfig(**{**LENIENT, name: value})
        assert str(refusal.value).startswith(parameter.label) and str(refusal.value).endswith(".")


@pytest.mark.parametrize("name", CHOICES)
def test_an_unknown_choice_is_told_what_there_is(name: str) -> None:
    with pytest.raises(ValueError) as refusal:
        RunConfig(**{name: "nonsense"})
    assert "'nonsense'" in str(refusal.value)
    assert all(option in str(refusal.value) for option in PARAMETERS[name].options)


@pytest.mark.parametrize("loss", LOSSES)
def test_a_single_class_is_refused_for_every_loss_with_the_reason(loss: str) -> None:
    with pytest.raises(ValueError, match="needs images of at least two classes"):
        RunConfig(digits=1, loss=loss)


@pytest.mark.parametrize("size", [1, 2])
def test_a_batch_that_cannot_hold_a_pair_of_each_kind_is_refused(size: int) -> None:
    with pytest.raises(ValueError, match=f"A batch of {size} cannot hold both a pair of one class"):
        RunConfig(batch_size=size)
    RunConfig(batch_size=4)
    RunConfig(batch_size=size, sampling="sampled")


@pytest.mark.parametrize("loss", LOSSES)
def test_all_triplets_of_a_large_batch_are_refused_and_all_pairs_are_not(loss: str) -> None:
    RunConfig(loss=loss, batch_size=256)
    if LOSSES[loss].takes != "batch":
        RunConfig(loss=loss, batch_size=4096, sampling="sampled")
        RunConfig(loss=loss, batch_size=4096, miner="batch_hard")
    if LOSSES[loss].takes != "triplets":
        RunConfig(loss=loss, batch_size=257)
    else:
        with pytest.raises(ValueError, match="A batch of 257 holds millions of triplets"):
            RunConfig(loss=loss, batch_size=257)


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"loss": "supcon", "sampling": "sampled"}, "compares each image with all others of its batch"),
    ({"loss": "circle", "batch_size": 1025}, "Take a batch of at most 1024"),
    ({"loss": "nt_xent", "miner": "batch_hard"}, "weighs the images of its batch itself"),
    ({"miner": "semi_hard", "sampling": "sampled"}, "chooses among all triplets of a batch"),
    ({"miner": "semi_hard", "batch_size": 257}, "holds millions of triplets"),
    ({"sampler": "balanced", "sampling": "sampled"}, "as many positives as negatives already"),
    ({"sampler": "balanced", "views": 0.5}, "two views of an image use none"),
    ({"sampler": "balanced", "batch_size": 19}, "cannot hold two images of each of 10 classes"),
    ({"loss": "proxy_anchor", "views": 0.1}, "two views of an image have no class"),
    ({"views": 1.0, "wrong_labels": 0.1}, "no label is used"),
]


@pytest.mark.parametrize(("fields", "reason"), REFUSED)
def test_a_combination_that_makes_no_sense_is_refused_with_a_way_out(
    fields: dict[str, Any], reason: str
) -> None:
    with pytest.raises(ValueError, match=reason) as refusal:
        RunConfig(**fields)
    assert "Take " in str(refusal.value) and str(refusal.value).endswith(".")
    for name in fields:  # and each of its settings alone is fine
        RunConfig(**{name: fields[name]})


def test_a_batch_holds_what_its_composition_says() -> None:
    assert RunConfig(batch_size=200).composition.sizes == (20.0,) * 10
    assert RunConfig(batch_size=200, digits=4).composition.sizes == (50.0,) * 4
    balanced = RunConfig(batch_size=200, sampler="balanced", classes_per_batch=7)
    assert balanced.composition.sizes == (28.0,) * 7
    assert RunConfig(batch_size=200, views=1.0).composition.sizes == (2.0,) * 100
    assert RunConfig(batch_size=200, views=0.5).composition.sizes == (10.0,) * 10 + (2.0,) * 50


def test_an_unknown_setting_is_refused_by_name_and_told_what_there_is() -> None:
    with pytest.raises(ValueError, match=r"There is no setting 'margins'\. There are: ") as refusal:
        RunConfig.from_text({"margins": "1"})
    assert all(name in str(refusal.value) for name in PARAMETERS)
    with pytest.raises(ValueError, match="There is no setting 'reach'"):
        RunConfig.from_dict({"reach": 1.0})


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("epochs", "three"),
        ("epochs", "2.5"),
        ("epochs", ""),
        ("epochs", "1e1"),
        ("epochs", "9" * 5000),
        ("margin", "one"),
        ("margin", "0,5"),
        ("margin", ""),
        ("hidden", ""),
        ("hidden", "256,128"),
        ("hidden", "256--32"),
        ("hidden", "wide"),
    ],
)
def test_text_that_is_no_value_is_refused_with_an_example_of_one(name: str, text: str) -> None:
    with pytest.raises(ValueError) as refusal:
        parse_field(name, text)
    assert str(refusal.value).startswith(PARAMETERS[name].label)
    assert "is not a value such as" in str(refusal.value)


@pytest.mark.parametrize(
    ("name", "text"), [("margin", "nan"), ("margin", "inf"), ("margin", "1e999"), ("epochs", "9" * 400)]
)
def test_text_that_is_a_number_beyond_all_bounds_is_refused_like_any_other(name: str, text: str) -> None:
    with pytest.raises(ValueError) as refusal:
        parse_field(name, text)
    assert str(refusal.value).startswith(PARAMETERS[name].label)


@given(configs)
def test_a_config_survives_the_way_through_a_url(config: RunConfig) -> None:
    texts = {name: parameter.text(getattr(config, name)) for name, parameter in PARAMETERS.items()}
    assert all(isinstance(text, str) for text in texts.values())
    assert RunConfig.from_text(texts) == config
    assert RunConfig.from_text(texts).key == config.key


@given(configs)
def test_a_config_survives_the_way_through_json(config: RunConfig) -> None:
    back = RunConfig.from_dict(json.loads(json.dumps(config.as_dict())))
    assert back == config and back.key == config.key


@given(configs, configs)
def test_two_keys_are_equal_exactly_where_the_configs_are(one: RunConfig, other: RunConfig) -> None:
    assert (one.key == other.key) == (one == other)
    assert one.key == dataclasses.replace(one).key


def test_from_text_changes_what_is_named_and_keeps_the_rest_of_where_it_starts() -> None:
    assert RunConfig.from_text({}) == PRESETS["fast"]
    changed = RunConfig.from_text({"margin": "0.3", "hidden": "64-32"}, PRESETS["tutorial"])
    assert changed == dataclasses.replace(PRESETS["tutorial"], margin=0.3, hidden=(64, 32))


def test_values_come_out_in_the_fields_own_types() -> None:
    config = RunConfig(
        margin=np.float32(0.5), epochs=np.int64(3), hidden=[64, np.int32(32)], learning_rate=np.float64(0.01)
    )
    assert config == RunConfig(margin=0.5, epochs=3, hidden=(64, 32), learning_rate=0.01)
    assert [type(value) for value in (config.margin, config.epochs, config.hidden, config.hidden[1])] == [
        float,
        int,
        tuple,
        int,
    ]
    assert type(RunConfig(margin=1).margin) is float
    assert RunConfig(margin=1).key == RunConfig(margin=1.0).key


def test_a_margin_of_minus_zero_is_the_run_of_margin_zero() -> None:
    assert RunConfig(margin=-0.0) == RunConfig(margin=0.0)
    assert RunConfig(margin=-0.0).key == RunConfig(margin=0.0).key


def test_a_config_cannot_be_changed_and_can_be_a_dictionary_key() -> None:
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


def test_every_field_that_can_be_changed_is_changed_below() -> None:
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


# Every shipped run, every cached run and every link ends up at a key. A changed default, checksum or
# way of writing the config would orphan them all without a word: whoever changes one of these on
# purpose changes the line below with it, raises TRAINING_VERSION if the training differs, and ships
# the example runs anew.
PINNED = {
    "fast": "f0242e4fbd32d3bd190ffc9aab4a074b3eb55ffd81481892ff08348697ce385c",
    "tutorial": "4f4fbb2c83e040c5ea320328acb0d953ac92c1f97d01ce86a49f3eefdb1ffc7b",
    "notebook": "18fd591b8f6c816d8d3535fcb5e3a093714becd15601c899a0f1621309f16c71",
}


@pytest.mark.parametrize("name", PINNED)
def test_the_key_of_a_preset_is_what_it_has_always_been(name: str) -> None:
    assert PRESETS[name].key == PINNED[name]


def test_a_loss_with_another_version_has_other_keys_and_leaves_those_of_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = {name: RunConfig(loss=name).key for name in LOSSES}
    raised = dataclasses.replace(LOSSES["circle"], version=LOSSES["circle"].version + 1)
    monkeypatch.setitem(LOSSES, "circle", raised)
    changed = {name for name in LOSSES if RunConfig(loss=name).key != before[name]}
    assert changed == {"circle"}


def test_the_tutorial_preset_is_the_tutorials_recipe() -> None:
    """50/50 pairs, ContrastiveModel, its loss with m = 1, Adam as it comes (1e-3), 5 epochs of 100."""
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
    # MaxTrainingRounds -> Infinity: as long as we let anyone train; NetTrain's Adam starts at 1e-3
    assert config.epochs == PARAMETERS["epochs"].high
    assert config.learning_rate == 1e-3 and config.schedule == "constant"


def test_the_fast_preset_is_the_default_and_our_recipe() -> None:
    config = PRESETS["fast"]
    assert config == RunConfig()
    assert config.loss == "contrastive" and config.margin == 1 and config.sampling == "all"
    assert config.batch_size == 200 and config.epochs == 2 and config.embedding_dims == 2
    assert config.schedule == "one_cycle" and config.learning_rate == 3e-3
    assert config.validation == "held_out" and config.patience == 0


def test_each_preset_has_a_word_on_it_and_the_notebooks_says_why_not_to_copy_it() -> None:
    assert set(ABOUT_PRESETS) == set(PRESETS)
    assert "test images" in ABOUT_PRESETS["notebook"] and "Don't copy" in ABOUT_PRESETS["notebook"]


def test_each_parameter_is_declared_with_all_that_a_widget_needs() -> None:
    for name, parameter in PARAMETERS.items():
        default = RunConfig.__dataclass_fields__[name].default
        assert parameter.label and parameter.help.endswith(".")
        assert parameter.check(default) == default
        assert parameter.parse(parameter.text(default)) == default
        assert bool(parameter.options) == (parameter.kind == "choice")


def test_layers_parameter_count_and_reach_follow_the_fields() -> None:
    config = RunConfig(hidden=(10, 5), embedding_dims=3, loss="contrastive_squared", margin=2.25)
    assert config.layers == (784, 10, 5, 3)
    assert config.parameter_count == (784 * 10 + 10) + (10 * 5 + 5) + (5 * 3 + 3)
    assert config.reach == pytest.approx(1.5)
    assert RunConfig(margin=0.4).reach == pytest.approx(0.4)
    assert RunConfig(loss="triplet_margin").reach is None


def test_the_config_is_read_without_torch_torchvision_or_streamlit() -> None:
    code = (
        "import sys, core.config\n"
        "heavy = {'torch', 'torchvision', 'streamlit', 'sklearn', 'pandas'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_class_can_be_held_out_and_older_keys_stay() -> None:
    assert RunConfig().held_out_class == "none" and RunConfig().unseen is None
    assert RunConfig(held_out_class="7").unseen == 7
    assert RunConfig(held_out_class="none").key == RunConfig().key
    keys = {RunConfig(held_out_class=str(label)).key for label in range(10)} | {RunConfig().key}
    assert len(keys) == 11
    assert RunConfig.from_text({"held_out_class": "0"}).unseen == 0


@pytest.mark.parametrize(
    ("digits", "held_out", "words"),
    [
        (5, "5", "Class 5 takes no part: with 5 classes there are only 0 to 4"),
        (9, "9", "Class 9 takes no part"),
        (2, "0", "there is only one to learn from"),
        (2, "1", "there is only one to learn from"),
        (10, "10", "is not known"),
    ],
)
def test_a_class_that_cannot_be_held_out_is_refused(digits: int, held_out: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        RunConfig(digits=digits, held_out_class=held_out)
    RunConfig(digits=3, held_out_class="2")
