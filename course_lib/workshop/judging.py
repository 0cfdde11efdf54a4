"""The reader's own layers: a judge that says which entry is wrong, and the book's, which take over until it is right.

In a chapter, `@judge` stands above what the reader writes and `@solution` above what the book would have written.
Whichever of the two cells ran last, the name belongs to the reader's function if the judge found it right.
"""

import copy
import inspect
import traceback
from textwrap import fill

import numpy as np

from course_lib.workshop.guesses import agree, guess, reached
from course_lib.workshop.tasks import TASKS

UNWRITTEN, WIDTH, MANY = "not written yet.", 72, 4
YOURS, OURS = {}, {}        # by name: what the reader wrote and the judge found right, what the book wrote


def judge(function):
    """Say whether the reader's function is right, and where it is not; return the one that the page goes on with."""
    name = function.__name__
    YOURS.pop(name, None)
    if name not in TASKS:
        print(f"{name}: the judge does not know this name. It knows {', '.join(TASKS)}.")
        return function
    said = complaint(function, TASKS[name])
    if said is None:
        YOURS[name] = function
        said, whose = f"right, in {len(TASKS[name].trials)} trials.", "yours"
    else:
        whose = "the solution below"
    tell(f"{name}: {said}\nThe page goes on with {whose}.")
    return YOURS.get(name) or OURS.get(name, function)


def solution(function):
    """Return the reader's function of this name if the judge found it right, else this one, the book's."""
    name = function.__name__
    OURS[name] = function
    return YOURS.get(name, function)


def report():
    """Print whose functions the page works with."""
    by_reader = [name for name in OURS if name in YOURS]
    tell(f"yours: {', '.join(by_reader) or 'none yet'}\n"
         f"the book's: {', '.join(name for name in OURS if name not in YOURS) or 'none'}")


def tell(text):
    """Print some lines, none of them too long."""
    for line in text.splitlines():
        print(fill(line, WIDTH, break_long_words=False, break_on_hyphens=False))


# ---------------------------------------------------------------- what is wrong

def complaint(function, task):
    """Return what is wrong with a function, in a few lines; None if all its trials come out right."""
    if blank(function):
        return UNWRITTEN
    for arguments in task.trials:
        handed = copy.deepcopy(arguments)
        try:
            with np.errstate(all="ignore"):
                got = function(*handed)
        except Exception as error:  # whatever the reader's code raises is the reader's to see
            return f"your function raised {raised(function, error)}\n{called(task, arguments)}"
        said = differences(got, task, arguments)
        if said is None and not unchanged(arguments, handed):
            said = "right, but it changes what it is given, and others still need that: work on a copy."
        if said is not None:
            return said if said.endswith(UNWRITTEN) else f"{said}\n{called(task, arguments)}"
    return None


def blank(function):
    """Whether nothing stands in a function but its description, dots or pass."""
    def described():
        """Nothing."""

    def bare():
        pass

    code = getattr(function, "__code__", None)
    return (code is not None and code.co_code in (described.__code__.co_code, bare.__code__.co_code)
            and set(code.co_consts) <= {None, function.__doc__})


def raised(function, error):
    """An exception in words: its kind, the line of the reader's that it came from, what it says."""
    own = [frame for frame in traceback.extract_tb(error.__traceback__)
           if frame.filename == getattr(getattr(function, "__code__", None), "co_filename", None)]
    where = f" in line {own[-1].lineno}" if own else ""
    line = f", `{own[-1].line}`" if own and own[-1].line else ""
    return f"{type(error).__name__}{where}{line}: {error}"


def called(task, arguments):
    """What a trial handed over, in a line."""
    names = inspect.signature(task.truth).parameters
    return "It was called with " + ", ".join(
        f"{name} {value.shape}" if isinstance(value, np.ndarray) else
        name if hasattr(value, "__dict__") else f"{name} = {value}"
        for name, value in zip(names, arguments)) + "."


def unchanged(before, after):
    """Whether arguments still hold what they held."""
    flat = [list(vars(v).values()) if hasattr(v, "__dict__") else [v] for v in (*before, *after)]
    flat = sum(flat, [])
    half = len(flat) // 2
    return all(np.array_equal(a, b) for a, b in zip(flat[:half], flat[half:]))


def differences(got, task, arguments):
    """Return how what a function returned differs from the truth; None if it does not."""
    values = named(got, task)
    if isinstance(values, str):
        return values
    truth = named(task.truth(*arguments), task)
    there = [name for name in task.names if not missing(values.get(name))]
    right = [name for name in there if agree(values[name], truth[name])]
    if len(right) < len(there):
        return first_wrong(there, right, values, truth, task, arguments)
    return unwritten([name for name in task.names if name not in there], right)


def unwritten(absent, right):
    """Say which of the results are not there yet; None if all are."""
    if not absent:
        return None
    others = listed(absent) if len(absent) <= MANY else f"the other {len(absent)} are"
    return f"{listed(right)} right, {others} {UNWRITTEN}" if right else UNWRITTEN


def first_wrong(there, right, values, truth, task, arguments):
    """Say which of the results is wrong, in which entry, and what the mistake may be."""
    wrong = next(name for name in there if name not in right)
    if not task.all_at_once:                        # what follows is wrong because of it
        right = there[:there.index(wrong)]
    slips = {sentence: named(slip(*arguments), task)[wrong] for sentence, slip in task.slips.items()}
    idea = guess(values[wrong], truth[wrong], slips, task.batch(arguments))
    return "\n".join([f"{listed(right)} right, {wrong} is not." if right else f"{wrong} is not right.",
                      reached(wrong, values[wrong], truth[wrong]), *([f"A guess: {idea}."] if idea else [])])


def named(got, task):
    """What a function returned, by name; or a complaint that it is not as many things as it should be."""
    if isinstance(got, dict):
        return got
    if got is None:
        return "it returns None: is there a `return`?"
    if len(task.names) == 1:
        return {task.names[0]: got}
    if isinstance(got, (tuple, list)) and len(got) == len(task.names):
        return dict(zip(task.names, got))
    number = f"{len(got)} things" if isinstance(got, (tuple, list)) else f"one thing, a {type(got).__name__}"
    return f"it should return {', '.join(task.names)}, in this order, and returns {number}."


def missing(value):
    """Whether a result is not there, or still the dots that stood for it."""
    return value is None or value is Ellipsis


def listed(names):
    """Names as the beginning of a sentence, with its verb."""
    return f"{names[0]} is" if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]} are"
