"""The steps of an exported lesson that train: what a step looks at, when to stop, and the loop round both."""

from core.take_home.parts import Parts

ABOUT_STOPPING = """The loss on images that no step has looked at, on the same of them each time, every 4,096
images or so. When it has not been better for PATIENCE steps, the weights that were best are kept."""

ABOUT_TRAINING = "One thread and seeds of our own: the same settings give the same weights, bit for bit."

_BY_CLASS = "by_class = ByClass(labels.numpy())"

_EVERY_IMAGE_ONCE = '''def batches(generator):
    """One epoch: each image once, in random order; a last batch that is not full is left out."""
    shuffled = generator.permutation(len(labels))
    for begin in range(0, len(labels) - BATCH_SIZE + 1, BATCH_SIZE):
        yield torch.from_numpy(shuffled[begin : begin + BATCH_SIZE])'''

_BALANCED = '''def balanced(by_class, generator):
    """The same number of images of each of some random classes."""
    classes = min(CLASSES_PER_BATCH, SEEN)
    return torch.from_numpy(by_class.balanced(classes, BATCH_SIZE // classes, generator))


def batches(generator):
    """One epoch: as many balanced batches as fit the number of images."""
    for _ in range(len(labels) // BATCH_SIZE):
        yield balanced(by_class, generator)'''

_VIEWS = '''in_two_views = round(VIEWS * BATCH_SIZE / 2)  # so many images of a batch


def batches(generator):
    """One epoch: each image once, as itself or as two views; a last batch that is not full is left out."""
    shuffled, size = generator.permutation(len(labels)), BATCH_SIZE - in_two_views
    for begin in range(0, len(labels) - size + 1, size):
        yield two_views(by_class, shuffled[begin : begin + size], in_two_views)'''

_PAIRS = '''def batches(generator):
    """One epoch: each image once as the anchor of a pair; a last batch that is not full is left out."""
    shuffled = generator.permutation(len(labels))
    for begin in range(0, len(labels) - BATCH_SIZE + 1, BATCH_SIZE):
        yield DRAWN(by_class.pairs(shuffled[begin : begin + BATCH_SIZE], generator))'''

_TRIPLETS = '''def batches(generator):
    """One epoch: as many batches of random triplets as fit the number of images."""
    for _ in range(len(labels) // BATCH_SIZE):
        yield DRAWN(by_class.triplets(BATCH_SIZE, generator))'''

_DRAW = {
    "pairs": "watched_by_class.pairs(always_alike.integers(0, len(watched_labels), 4096), always_alike)",
    "triplets": "watched_by_class.triplets(4096, always_alike)",
}

_CYCLE = """
schedule = torch.optim.lr_scheduler.OneCycleLR(  # straight up to an early peak, and straight down
    optimizer,
    HIGHEST,
    total_steps=steps,
    pct_start=0.2,
    anneal_strategy="linear",
    div_factor=5,
    cycle_momentum=False,
)"""

_TWO_RATES = """optimizer = torch.optim.Adam(
    [
        {"params": list(encoder.parameters()), "lr": LEARNING_RATE},
        {"params": list(learned.values()), "lr": LEARNED_RATE * LEARNING_RATE},
    ],
    lr=LEARNING_RATE,
    fused=True,
)"""

_BEFORE_STOPPING = [
    "check_every = math.ceil(4096 / BATCH_SIZE)",
    "step, best, best_step, best_weights = 0, math.inf, 0, {}",
    "stopped = False",
]
_STOPPING = [
    "        step += 1",
    "        if step % check_every == 0:",
    "            measured = validation_loss(encoder)",
    "            if measured < best:",
    "                best, best_step = measured, step",
    "                best_weights = {name: tensor.clone() for name, tensor in encoder.state_dict().items()}",
    "            if step - best_step >= PATIENCE:",
    "                stopped = True",
    "                break",
]
_STOP_EPOCHS = [
    "    if stopped:",
    '        print(f"stopped at step {step}; the best weights are those of step {best_step}")',
    "        break",
    "if best_weights:",
    "    encoder.load_state_dict(best_weights)",
]


def about_batches(parts: Parts) -> str:
    """What a step looks at, in words."""
    if parts.drawn:
        words = (
            "At random pairs: each image with a partner, of its own class or of another with even chance."
            if parts.takes == "pairs"
            else "At random triplets: an anchor, a positive of its class, and a negative of another."
        )
    else:
        kind = (
            "balanced batch: so many images of each of some classes"
            if parts.balanced
            else "batch of random images"
        )
        if parts.takes == "batch":
            words = f"At a {kind}. Each image is compared with all others."
        elif parts.mined:
            words = f"At a {kind}. The miner chooses from it."
        else:
            words = f"At a {kind}, and at all {parts.takes} that it holds."
    if not parts.viewed:
        return words
    share = f"{parts.config.views:.0%}"
    of = f"of the {parts.takes}" if parts.drawn else "of the batch"
    return (
        f"{words}\n{share} {of} go by no label: two random views of one image belong together, and any other "
        "image does not."
    )


def methods_of_sampler(parts: Parts) -> list[str]:
    """Which methods of `core.sampling.ByClass` the steps below call; none: it is not needed."""
    if parts.drawn:
        return [parts.takes, *(["any_other"] if parts.viewed else [])]
    return ["balanced"] if parts.balanced else []


def needs_sampler(parts: Parts) -> bool:
    """Whether the steps below draw by class."""
    return parts.drawn or parts.balanced or parts.viewed


def batches(parts: Parts, sampler: str) -> str:
    """What one epoch looks at; sampler: the app's own lines that draw, where something is drawn."""
    if not needs_sampler(parts):
        return _EVERY_IMAGE_ONCE
    if parts.drawn:
        text = _PAIRS if parts.takes == "pairs" else _TRIPLETS
        text = (
            _with_views(text)
            if parts.viewed
            else text.replace("DRAWN(", "").replace("generator))", "generator)")
        )
    else:
        seen = "DIGITS" if parts.config.unseen is None else "DIGITS - 1"
        text = _BALANCED.replace("SEEN", seen) if parts.balanced else _VIEWS
    return f"{sampler}\n\n\n{_BY_CLASS}\n\n\n{text}".replace(
        f"{_BY_CLASS}\n\n\nin_two", f"{_BY_CLASS}\nin_two"
    )


def _with_views(text: str) -> str:
    return text.replace("DRAWN(", "drawn(by_class, ").replace("generator))", "generator), VIEWS, generator)")


def training(parts: Parts) -> str:
    """The loop."""
    config = parts.config
    cycle = config.schedule == "one_cycle"
    size = "BATCH_SIZE"
    if parts.viewed and not parts.drawn:
        size = "(BATCH_SIZE - in_two_views)"
    optimizer = "optimizer = torch.optim.Adam(encoder.parameters(), lr=LEARNING_RATE, fused=True)"
    lines = [
        "torch.set_num_threads(1)",
        "encoder = Encoder((784, *HIDDEN, EMBEDDING_DIMS), torch.Generator().manual_seed(SEED))",
        _TWO_RATES if parts.learns else optimizer,
        *([f"steps = EPOCHS * (len(labels) // {size})" + _cycle(parts)] if cycle else []),
        "generator = np.random.default_rng(SEED)",
        *(["mining = np.random.default_rng([SEED, 3])"] if parts.mined else []),
        *(["viewing = np.random.default_rng([SEED, 4])"] if parts.viewed else []),
        *(_BEFORE_STOPPING if config.patience else []),
        "for epoch in range(1, EPOCHS + 1):",
        "    mean = []",
        *_step(parts),
        "        optimizer.zero_grad()",
        "        loss.backward()",
        "        optimizer.step()",
        *([f"        {'if schedule: ' if _few_steps(parts) else ''}schedule.step()"] if cycle else []),
        "        mean.append(loss.item())",
        *(_STOPPING if config.patience else []),
        '    print(f"epoch {epoch}: loss {np.mean(mean):.5f}")',
        *(_STOP_EPOCHS if config.patience else []),
    ]
    return "\n".join(lines)


def _step(parts: Parts) -> list[str]:
    """The loss of one step."""
    mining = ", mining" if parts.mined else ""
    if parts.viewed:
        places = ", batch.tuples" if parts.drawn else ""
        return [
            "    for batch in batches(generator):",
            "        shown = with_views(images[torch.from_numpy(batch.images)], batch, viewing)",
            "        loss = loss_of(encoder(to_input(shown)), torch.from_numpy(batch.labels)"
            + f"{places}{mining})",
        ]
    if parts.drawn:
        return [
            "    for tuples in batches(generator):",
            "        rows, places = rows_of(tuples)",
            "        loss = loss_of(encoder(to_input(images[rows])), labels[rows], places)",
        ]
    return [
        "    for rows in batches(generator):",
        f"        loss = loss_of(encoder(to_input(images[rows])), labels[rows]{mining})",
    ]


def _cycle(parts: Parts) -> str:
    highest = '[group["lr"] for group in optimizer.param_groups]' if parts.learns else "LEARNING_RATE"
    few = " if steps >= 10 else None  # too few to go up and down in" if _few_steps(parts) else ""
    return _CYCLE.replace("HIGHEST", highest) + few


def _few_steps(parts: Parts) -> bool:
    """Whether there may be less than ten: then the app does not vary the rate."""
    at_least = 5_000 * parts.config.seen_classes - 1_000  # images: every class has more than 5,000
    return parts.config.epochs * (at_least // parts.config.batch_size) < 10


def stopping(parts: Parts) -> str:
    """The function that measures, on images which the training does not see."""
    config = parts.config
    source, count = ("train", "1000") if config.validation == "held_out" else ("test", "2000")
    lines = [
        f"sample_images = torch.from_numpy({source}_images[sample])",
        f"watched_labels = torch.from_numpy({source}_labels[sample[:{count}]])",
    ]
    seen = ""
    if config.unseen is not None:
        lines += ["watched = watched_labels != HELD_OUT_CLASS", "watched_labels = watched_labels[watched]"]
        seen = f"[:{count}][watched]"
    if needs_sampler(parts):
        lines += [
            "watched_by_class = ByClass(watched_labels.numpy())",
            "always_alike = np.random.default_rng(2000)",
        ]
    lines += [*_watched(parts, seen), "", "", "@torch.inference_mode()", "def validation_loss(encoder):"]
    lines.append('    """The mean loss on them."""')
    mining = ", mining" if parts.mined else ""
    if mining:
        lines.append("    mining = np.random.default_rng(2000)")
    if parts.viewed:
        places = ", batch.tuples" if parts.drawn else ""
        lines += [
            "    losses = [",
            f"        float(loss_of(embed(encoder, shown), torch.from_numpy(batch.labels){places}{mining}))",
            "        for batch, shown in zip(watched_batches, watched_views)",
            "    ]",
        ]
    else:
        lines.append(f"    embeddings = embed(encoder, sample_images){seen}")
        if parts.drawn:
            lines += [
                "    embeddings, digits = embeddings[watched_rows], watched_labels[watched_rows]",
                "    losses = [float(loss_of(embeddings, digits, watched_places))]",
            ]
        else:
            one = f"loss_of(embeddings[rows], watched_labels[rows]{mining})"
            lines.append(f"    losses = [float({one}) for rows in watched_batches]")
    return "\n".join([*lines, "    return sum(losses) / len(losses)"])


def _watched(parts: Parts, seen: str) -> list[str]:
    """The batches that the loss is measured on; seen: which of the sample's images may be looked at."""
    if parts.drawn and not parts.viewed:
        return [f"watched_rows, watched_places = rows_of({_DRAW[parts.takes]})"]
    if parts.drawn:
        lines = [
            f"watched_{parts.takes} = {_DRAW[parts.takes]}",
            f"watched_batches = [drawn(watched_by_class, watched_{parts.takes}, VIEWS, always_alike)]",
        ]
    elif parts.viewed:
        lines = [
            "everything = np.arange(len(watched_labels))",
            "size = min(BATCH_SIZE - in_two_views, len(everything))",
            "watched_batches = [",
            "    two_views(watched_by_class, everything[begin : begin + size], in_two_views)",
            "    for begin in range(0, len(everything) - size + 1, size)",
            "]",
        ]
    elif parts.balanced:
        return [
            "size = min(BATCH_SIZE, len(watched_labels))",
            "watched_batches = [",
            "    balanced(watched_by_class, always_alike) for _ in range(len(watched_labels) // size)",
            "]",
        ]
    else:
        return [
            "everything = torch.arange(len(watched_labels))",
            "size = min(BATCH_SIZE, len(everything))",
            "watched_batches = [rows for rows in torch.split(everything, size) if len(rows) == size]",
        ]
    return [
        *lines,
        f"watched_images = sample_images{seen}",
        "watched_views = [",
        "    with_views(watched_images[batch.images], batch, always_alike) for batch in watched_batches",
        "]",
    ]
