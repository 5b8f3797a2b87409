"""Runs a learner's code and then the checks of its task, and reports each event as it happens.

Runs under Brython in the learner's browser; under CPython only in the tests, never on the server.
"""

import sys

from checking import Wrong, ask

OUTPUT_LIMIT = 10_000  # characters: a print in a long loop must not flood the page
ERROR_LIMIT = 1_000  # characters of an error's own text, which the page shows twice
FRAMES_LIMIT = 6

ADVICE = {
    "AttributeError": "The value has a different type than the line expects.",
    "IndexError": "The list is shorter than the line expects; the first index is 0, the last one len - 1.",
    "KeyError": "The dictionary has no such key.",
    "MemoryError": "A list or a string keeps growing: when does it stop?",
    "ModuleNotFoundError": "Only pure Python is available here, with math and itertools.",
    "NameError": "A name needs a value, or an import, before it is used.",
    "RecursionError": "The function calls itself forever.",
    "SystemExit": "The code exited; remove exit().",
    "ZeroDivisionError": "Which denominator was 0, and should it be?",
}

# The usual mistakes of people used to arrays: TypeErrors, recognised by their message.
OF_LISTS = "Python cannot calculate with a whole list: go through its items, one number at a time."
OF_NUMBERS = "That is already a single number, not a list: is there one loop, or one index, too many?"
OF_NAMES = "A value is called like a function. Did you mean square brackets, or overwrite a name such as sum?"

# The browser's own error messages under Brython, and Python's names for them.
BROWSER_ERRORS = {
    "Invalid array length": "MemoryError",
    "Invalid string length": "MemoryError",
    "Array buffer allocation failed": "MemoryError",
    "Maximum call stack size exceeded": "RecursionError",
    "too much recursion": "RecursionError",
}


def run(source, checks, tell):
    """Run `source`, then each of `checks` (the text of a checks.py) until one fails.

    `tell(kind, ...)` is called with: "plan" and the titles of the checks; "output" and a text; "passed" and
    the number of a check; "problem" and a sentence, a traceback (or "") and a line of the source (or 0).
    """
    task = {}
    exec(checks, task)
    tell("plan", *[check.title for check in task["CHECKS"]])
    before = sys.stdout, sys.stderr
    sys.stdout = sys.stderr = output = Output(tell)
    try:
        problem = attempt(source, task, tell)
    finally:
        sys.stdout, sys.stderr = before
    output.flush()
    if problem:
        sentence, trace, line = problem
        tell("problem", shortened(sentence, OUTPUT_LIMIT), shortened(trace, OUTPUT_LIMIT), line)


def attempt(source, task, tell):
    """The first problem as (sentence, traceback, line), or None if there is none."""
    name = task["FUNCTION"]
    space = {"__name__": "__main__", "input": no_input, "exit": leave, "quit": leave}
    try:
        exec(source, space)
    except BaseException as error:  # anything that a learner's code can raise, even SystemExit
        return explained(error, source, space)
    function = space.get(name)
    if not callable(function):
        return f"There is no function {name} in your code. Rename your function, or start over.", "", 0
    for place, check in enumerate(task["CHECKS"]):
        try:
            ask(function, name, check, task["ANSWER"])
        except Wrong as wrong:
            return str(wrong), "", 0
        except BaseException as error:
            if isinstance(error, TypeError) and not frames(error, space):
                return misfit(name, task["PARAMETERS"], error), "", 0
            return explained(error, source, space)
        tell("passed", place)
    return None


def no_input(prompt=""):
    raise RuntimeError("input() does not work here: write the value into the code instead")


def leave(code=None):
    raise SystemExit


def misfit(name, parameters, error):
    return f"The function should be {name}({parameters}), with these parameters and no others. Python says: {error}."


def explained(error, source, space):
    """An exception as (sentence, traceback, line)."""
    kind, text, lines = type(error).__name__, text_of(error), source.splitlines()
    kind = BROWSER_ERRORS.get(text, kind)
    if isinstance(error, SyntaxError) and error.lineno:
        line = error.lineno if error.lineno <= len(lines) else unreadable(lines)
        sentence = f"Python cannot read line {line}: {error.msg}."
        return sentence, f"{marked(lines, line, error.offset)}{kind}: {error.msg}", line
    steps = frames(error, space)
    line = steps[-1][0] if steps else 0
    sentence = f"{kind} in line {line}" if line else kind
    sentence += f": {text.rstrip('.')}. " if text else ". "
    shown = [
        f"  line {at}, in {where}\n    {source_line(lines, at)}\n" for at, where in steps[-FRAMES_LIMIT:]
    ]
    if len(steps) > FRAMES_LIMIT:
        shown.insert(0, f"  ... {len(steps) - FRAMES_LIMIT} calls before these\n")
    trace = "Traceback (most recent call last):\n" + "".join(shown) if shown else ""
    return (sentence + advice(kind, text)).strip(), f"{trace}{kind}: {text}".rstrip(": "), line


def text_of(error):
    """The text of an error; "" if a class of the learner's has none."""
    try:
        return shortened(str(error), ERROR_LIMIT)
    except BaseException:
        return ""


def shortened(text, most):
    return text if len(text) <= most else f"{text[:most]} ... (the rest is not shown)"


def advice(kind, text):
    """A hint for this error; "" if there is none."""
    if kind == "TypeError" and "'list'" in text and ("operand type" in text or "not supported" in text):
        return OF_LISTS
    if kind == "TypeError" and text.endswith("object is not callable"):
        return OF_NAMES
    if kind == "TypeError" and text.startswith(("'int' object is not", "'float' object is not")):
        return OF_NUMBERS
    return ADVICE.get(kind, "")


def frames(error, space):
    """(line, function) of each frame of the traceback in the learner's own code."""
    found, step = [], error.__traceback__
    while step:
        if step.tb_frame.f_globals is space:
            where = step.tb_frame.f_code.co_name
            found.append((step.tb_lineno, "your code" if where == "<module>" else where))
        step = step.tb_next
    return found


def source_line(lines, number):
    return lines[number - 1].strip() if 0 < number <= len(lines) else ""


def unreadable(lines):
    """The first line with a syntax error, for when Brython reports one past the end of the code."""
    for number in range(1, len(lines) + 1):
        try:
            compile("\n".join(lines[:number]) + "\n", "code", "exec")
        except IndentationError as error:
            if "unexpected indent" in error.msg:
                return number
        except SyntaxError:
            pass
    return len(lines)


def marked(lines, number, offset):
    """The line with the syntax error, and a mark below its position."""
    if not 0 < number <= len(lines):
        return ""
    text = lines[number - 1]
    indent = len(text) - len(text.lstrip())
    mark = " " * max(0, (offset or 1) - 1 - indent) + "^"
    return f"  line {number}\n    {text.strip()}\n    {mark}\n"


class Output:
    """The target of print: forwards line by line, up to OUTPUT_LIMIT."""

    def __init__(self, tell):
        self.tell = tell
        self.left = OUTPUT_LIMIT
        self.line = ""

    def write(self, text):
        if self.left > 0:
            self.line += text[: self.left]
            self.left -= len(text)
            if self.left <= 0:
                self.line += "\n... (the rest of the output is not shown)\n"
            if "\n" in text or self.left <= 0:
                self.flush()
        return len(text)

    def flush(self):
        if self.line:
            self.tell("output", self.line)
            self.line = ""
