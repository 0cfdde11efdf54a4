"""Many random digits at once: every step is one operation on all of them."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np

from course_lib.digits.normalise import SIDE as SIZE
from course_lib.digits.pen import nib, strokes
from course_lib.digits.pen.allographs import OFTEN, SKELETONS
from course_lib.digits.pen.strokes import STAMPS, Hand
from course_lib.nn import given

BLOCK, CHUNK = 8192, 128      # digits that share random draws; digits whose fields fit in the cache
ALIKE = .45                   # control points of forms that mix are nearer than this


class Tables(NamedTuple):
    """Every allograph as `strokes.Form`, padded to the same number n of control points."""

    forms: dict                # name: (A, ...) array
    start: np.ndarray          # (10,) where a digit's allographs begin
    chances: np.ndarray        # (10, A) the chance that a digit is written in this form or one before
    kin: np.ndarray            # (A, K) forms of the same build, itself among them, repeated to fill up
    kin_count: np.ndarray      # (A,)


@cache
def tables() -> Tables:
    """Prepare all allographs once; half a second."""
    sizes = [len(forms) for forms in SKELETONS.values()]
    start = np.append(0, np.cumsum(sizes)[:-1])
    digit_of = np.repeat(np.arange(10), sizes)
    built = [strokes.prepare(form, STAMPS) for forms in SKELETONS.values() for form in forms]
    forms = {name: _padded([getattr(form, name) for form in built])
             for name in ("points", "stroke", "first_of", "ends", "smooth", "straight", "hasty")}
    return Tables(forms, start, _chances(digit_of, start), *_kin(digit_of, built))


def _kin(digit_of, built) -> tuple[np.ndarray, np.ndarray]:
    """The forms of the same build as each form, (A, K), and how many those are, (A,)."""
    kin = [[b for b, other in enumerate(built) if digit_of[a] == digit_of[b] and akin(form, other)]
           for a, form in enumerate(built)]
    count = np.array([len(k) for k in kin])
    return np.array([np.resize(k, count.max()) for k in kin]), count


def _chances(digit_of, start) -> np.ndarray:
    """For each digit, the probability of its allographs up to each of all, (10, forms)."""
    often = (digit_of == np.arange(10)[:, None]).astype(float)
    for (digit, number), times in OFTEN.items():
        often[digit, start[digit] + number] = times
    chances = np.cumsum(often, axis=1) / often.sum(axis=1, keepdims=True)
    last = np.append(start[1:], len(digit_of)) - 1
    chances[np.arange(len(digit_of)) >= last[:, None]] = 1           # whatever the sum rounds to
    return chances


def _padded(arrays) -> np.ndarray:
    """Arrays of several shapes as one, with zeros after each: float32 or integers."""
    whole = np.zeros((len(arrays), *np.max([a.shape for a in arrays], axis=0)))
    for to, a in zip(whole, arrays):
        to[tuple(slice(k) for k in a.shape)] = a
    return whole.astype(np.float32 if arrays[0].dtype.kind == "f" else np.intp)


def akin(a: strokes.Form, b: strokes.Form) -> bool:
    """Whether two forms are built alike: point for point, corner for corner, stroke for stroke.

    Whatever lies between two such forms is a way to write the digit, too.
    """
    return (a.points.shape == b.points.shape and (a.first_of == b.first_of).all()
            and (a.stroke == b.stroke).all()
            and np.hypot(*(a.points - b.points).T).max() < ALIKE)


def draw(rng: np.random.Generator, labels) -> np.ndarray:
    """Random handwritten digits for labels (N,): pictures (N, 28, 28) float32 in [0, 1].

    Each is written in a form and by a hand of its own. The same generator gives the same pictures
    on every machine, to rounding.

    Raises
    ------
    ValueError
        If a label is not a digit.
    """
    rng = given.generator("draw", rng)
    labels = np.asarray(labels)
    wrong = np.flatnonzero(~np.isin(labels, range(10)))
    if labels.ndim != 1 or len(wrong):
        seen = repr(labels[wrong[0]].item()) if labels.ndim == 1 else f"an array of shape {labels.shape}"
        raise ValueError(f"the pen writes the digits 0 to 9, not {seen}; give labels (N,)")
    images = np.empty((len(labels), SIZE, SIZE), np.float32)
    for i in range(0, len(labels), BLOCK):
        some = labels[i:i + BLOCK].astype(int)
        images[i:i + BLOCK] = _draw(rng, some, Hand.random(rng, len(some)))
    return images


def sample(rng: np.random.Generator, digit: int, hand: Hand | None = None,
           form: int | None = None) -> np.ndarray:
    """One handwritten digit, (28, 28) float32 in [0, 1].

    Parameters
    ----------
    hand : Hand, optional
        Any hand if left out.
    form : int, optional
        The number of an allograph, written as it is; any of them, mixed with its kin, if left out.

    Raises
    ------
    ValueError
        If there is no such digit or form.
    """
    rng = given.generator("sample", rng)
    if digit not in SKELETONS:
        raise ValueError(f"the pen writes the digits 0 to 9, not {digit!r}; give one of them, a whole number")
    if form is not None and form not in range(len(SKELETONS[digit])):
        raise ValueError(f"the {digit} has {len(SKELETONS[digit])} forms, numbered from 0; got {form!r}")
    labels = np.array([digit])
    hand = hand or Hand.random(rng, 1)
    if form is None:
        return _draw(rng, labels, hand)[0]
    points = tables().forms["points"][None, tables().start[digit] + form]
    return _write_and_ink(rng, np.array([tables().start[digit] + form]), points, hand)[0]


def _draw(rng, labels, hand: Hand) -> np.ndarray:
    """Choose forms for labels (N,), mix each with two of its kin, and draw them CHUNK at a time."""
    table, N = tables(), len(labels)
    form = (table.chances[labels] < rng.random((N, 1))).sum(axis=1)
    kin = table.kin[form, rng.integers(table.kin_count[form], size=(2, N))]
    share = rng.uniform(-.3, .6, (2, N, 1, 1)).astype(np.float32)    # a little beyond the form, too
    images = np.empty((N, SIZE, SIZE), np.float32)
    for i in range(0, N, CHUNK):
        part = slice(i, i + CHUNK)
        own, one, two = (table.forms["points"][which[part]] for which in (form, *kin))
        points = own + share[0, part] * (one - own) + share[1, part] * (two - own)
        hands = hand[part] if np.ndim(hand.slant) else hand
        images[part] = _write_and_ink(rng, form[part], points, hands)
    return images


def _write_and_ink(rng, form, points, hand: Hand) -> np.ndarray:
    """Pictures (N, 28, 28) of forms (N,) with these control points (N, n, 2)."""
    made = {name: a[form] for name, a in tables().forms.items()} | {"points": points}
    path = strokes.bend(rng, **made, hand=hand)
    width = nib.widths(rng, path, hand)
    path = nib.fit(path, hand.columns("pen_width")[0])
    return nib.centred(nib.stamp(rng, nib.skipped(rng, path, hand), width, hand))
