"""The checks of an exercise, and how an answer is compared with them.

Runs in the learner's browser under Brython, which restarts for each run: no slow imports.
"""

LARGEST = 1e300


class Wrong(Exception):
    """What is wrong with an answer, in a sentence for its author."""


class Slip:
    """A typical mistake: the value that it yields, and a sentence about it."""

    def __init__(self, value, sentence):
        self.value = value
        self.sentence = sentence


class Check:
    """One call of the learner's function, with the expected answer.

    title: what the check tests. arguments: a tuple. message: the sentence for a wrong number, with
    {expected} and {got}. slips: known mistakes, recognised by their value.
    """

    def __init__(self, title, arguments, expected, message, slips=()):
        self.title = title
        self.arguments = arguments
        self.expected = expected
        self.message = message
        self.slips = slips


def ask(function, name, check, answer):
    """Call the function with the check's arguments; raises Wrong with a sentence if the answer is wrong.

    answer: what the function should return, in words. Exceptions of the function itself propagate.
    """
    arguments = copied(check.arguments)
    got = function(*arguments)
    call = f"{name}({', '.join(repr(argument) for argument in check.arguments)})"
    if got is None:
        raise Wrong(f"{call} returned None. It should return {answer}: does every path have a return?")
    if isinstance(got, bool) or not isinstance(got, (int, float)):
        kind = type(got).__name__
        raise Wrong(f"{call} returned {brief(got)}, of type {kind}. It should return {answer}.")
    if got != got:
        raise Wrong(
            f"{call} returned nan, which is not a number: it comes from inf - inf or from 0 times inf."
        )
    if abs(got) > LARGEST:
        raise Wrong(f"{call} returned {brief(got)}. Something overflowed, or was inf to begin with.")
    if arguments != check.arguments:
        raise Wrong(
            f"{call} changed the lists that it was given: they became {brief(arguments)}. Leave them unchanged, "
            "and put your results into new lists."
        )
    if not close(got, check.expected):
        raise Wrong(" ".join([message(check, got), *hints(check, got)]))


def message(check, got):
    return check.message.format(expected=number(check.expected), got=number(got))


def hints(check, got):
    """The known mistake that yields this wrong number, if any: at most one sentence."""
    return [slip.sentence for slip in check.slips if close(got, slip.value)][:1]


def close(a, b):
    """Equal up to rounding, for any order of summation."""
    return abs(a - b) <= 1e-9 + 1e-6 * abs(b)


def number(value):
    """Short, but precise enough to tell a wrong number from the right one."""
    return f"{value:.7g}"


def brief(value):
    text = repr(value)
    return text if len(text) <= 120 else text[:117] + "..."


def copied(value):
    """A deep copy of lists and tuples, so that changes do not affect the original."""
    if isinstance(value, tuple):
        return tuple(copied(item) for item in value)
    return [copied(item) for item in value] if isinstance(value, list) else value
