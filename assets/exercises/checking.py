"""What a check of an exercise is, and how an answer is held against it.

Runs in the learner's browser under Brython, which starts anew for each run: no slow imports.
"""

LARGEST = 1e300


class Wrong(Exception):
    """What is wrong with an answer, in a sentence for its author."""


class Slip:
    """A typical mistake: the value that it leads to, and what to say about it."""

    def __init__(self, value, sentence):
        self.value = value
        self.sentence = sentence


class Check:
    """One call of the learner's function, with the answer that is expected.

    title: what the check is about. arguments: a tuple. message: what to say of another number, with
    {expected} and {got}. slips: the mistakes that are known by their number.
    """

    def __init__(self, title, arguments, expected, message, slips=()):
        self.title = title
        self.arguments = arguments
        self.expected = expected
        self.message = message
        self.slips = slips


def ask(function, name, check, answer):
    """Call the function as the check says; raises Wrong, with a sentence, unless the answer is right.

    answer: what the function should return, in words. What the function itself raises goes through.
    """
    arguments = copied(check.arguments)
    got = function(*arguments)
    call = f"{name}({', '.join(repr(argument) for argument in check.arguments)})"
    if got is None:
        raise Wrong(
            f"{call} returned None. It should return {answer}: is there a return on every way through?"
        )
    if isinstance(got, bool) or not isinstance(got, (int, float)):
        kind = type(got).__name__
        raise Wrong(f"{call} returned {brief(got)}, of type {kind}. It should return {answer}.")
    if got != got:
        raise Wrong(
            f"{call} returned nan, which is not a number: it comes from inf - inf or from 0 times inf."
        )
    if abs(got) > LARGEST:
        raise Wrong(
            f"{call} returned {brief(got)}. Something grew beyond all numbers, or was inf to begin with."
        )
    if arguments != check.arguments:
        raise Wrong(
            f"{call} changed the lists that it was given: they became {brief(arguments)}. Leave them as they are, "
            "and put what you work out into lists of your own."
        )
    if not close(got, check.expected):
        raise Wrong(" ".join([told(check, got), *hints(check, got)]))


def told(check, got):
    return check.message.format(expected=number(check.expected), got=number(got))


def hints(check, got):
    """What is known about this wrong number: one sentence at most."""
    return [slip.sentence for slip in check.slips if close(got, slip.value)][:1]


def close(a, b):
    """Equal but for rounding, whatever the order of the sums was."""
    return abs(a - b) <= 1e-9 + 1e-6 * abs(b)


def number(value):
    """Short, but never so short that a wrong number looks like the right one."""
    return f"{value:.7g}"


def brief(value):
    text = repr(value)
    return text if len(text) <= 120 else text[:117] + "..."


def copied(value):
    """The same lists and tuples anew, so that what happens to them happens to a copy."""
    if isinstance(value, tuple):
        return tuple(copied(item) for item in value)
    return [copied(item) for item in value] if isinstance(value, list) else value
