"""Joining: pieces of broken strokes made one part, where one digit is more probable than several."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
from scipy import ndimage

from course_lib.reading.judge import SURE, at_the_least
from course_lib.reading.part import Part, merge


def belong_together(a: Part, b: Part, size: float) -> bool:
    """Whether two parts may be pieces of one broken digit.

    They leave only a small gap and make no more than one digit together, in height and in width.
    """
    across = max(a.left, b.left) - min(a.right, b.right)
    down = max(a.top, b.top) - min(a.bottom, b.bottom)
    height = max(a.bottom, b.bottom) - min(a.top, b.top)
    width = max(a.right, b.right) - min(a.left, b.left)
    return (across < .25 * size and down < .3 * size and height < 1.4 * size
            and width < 1.6 * size and not (across > 0 and down > 0))


class Table:
    """The parts of a page by number: which may belong together, how each scores, what each join would gain.

    `judge(list of parts)` says how much each looks like one digit, the logarithm of a probability.
    """

    def __init__(self, parts: list[Part], size: float, judge):
        self.size, self.judge = size, judge
        self.alive = dict(enumerate(parts))
        self.numbers = itertools.count(len(parts))
        self.beside: dict[int, set[int]] = {}
        self.squares: dict[tuple[int, int], set[int]] = {}
        self.scores: dict[int, float] = {}
        self.gains: dict[tuple[int, ...], float] = {}

    def meet(self, fresh: list[int]) -> None:
        """Enter in `beside` which of the parts alive may belong together with fresh ones.

        `squares` holds the numbers by place: parts that make no more than one digit together begin in one
        square of the page or in two that touch, so that a page with thousands of parts takes no longer for each.
        """
        def square(part):  # as wide as the widest that `belong_together` lets pass
            return int(part.top / (1.6 * self.size)), int(part.left / (1.6 * self.size))

        for j in fresh:
            self.squares.setdefault(square(self.alive[j]), set()).add(j)
        for j in fresh:
            (r, c), around = square(self.alive[j]), itertools.product((-1, 0, 1), repeat=2)
            near = set().union(*(self.squares.get((r + down, c + over), ()) for down, over in around))
            self.beside[j] = {i for i in near & self.alive.keys()
                              if i != j and belong_together(self.alive[i], self.alive[j], self.size)}
            for i in self.beside[j]:
                self.beside.setdefault(i, set()).add(j)

    def groups(self, fresh: list[int]) -> list[tuple[int, ...]]:
        """Pairs and triples of parts, one of them fresh, that may be one digit; all but one are doubtful."""
        doubtful = {k for k, score in self.scores.items() if score < SURE}
        pairs = {tuple(sorted((i, j))) for j in fresh for i in self.beside[j] & self.alive.keys() if doubtful & {i, j}}
        triples = {tuple(sorted((i, j, k))) for i, j in pairs for k in self._third(i, j)
                   if len(doubtful & {i, j, k}) > 1}
        return sorted(pairs) + sorted(triples)

    def _third(self, i: int, j: int) -> list[int]:
        """The parts that may belong to one digit with two others."""
        both = merge(self.alive[i], self.alive[j])
        return [k for k in (self.beside[i] | self.beside[j]) & self.alive.keys() - {i, j}
                if belong_together(both, self.alive[k], self.size)]

    def weigh(self, fresh: list[int]) -> None:
        """Enter what it would gain to join a fresh part with those beside it."""
        met = {k for j in fresh for k in self.beside[j] | {j} if self.beside[j]}
        unknown = sorted(met - set(self.scores))
        self.scores.update(zip(unknown, self._score([self.alive[k] for k in unknown])))
        groups = self.groups(fresh)
        merged = self._score([merge(*(self.alive[k] for k in group)) for group in groups])
        for group, whole in zip(groups, merged):
            self.gains[group] = whole - sum(self.scores[k] for k in group)

    def _score(self, parts: list[Part]):
        return at_the_least(self.judge(parts), parts, self.size) if parts else ()

    def join_best(self) -> list[int]:
        """Join the group that gains most; return the number of the new part, or nothing if none gains."""
        best = max(self.gains, key=lambda group: self.gains[group], default=())
        if not best or self.gains[best] <= 0:
            return []
        number = next(self.numbers)
        self.alive[number] = merge(*(self.alive.pop(k) for k in best))
        self.gains = {group: gain for group, gain in self.gains.items() if not set(best) & set(group)}
        return [number]


def join_broken(parts: list[Part], size: float, judge) -> list[Part]:
    """Pieces of broken digits joined, the clearest case first, until nothing is gained any more.

    Two pieces, or three, are one digit if that is more probable than that each is a digit of its own,
    as `judge` says (see `Table`); what is no digit either way, as digits that touch, is not worth a join.
    """
    table = Table(parts, size, judge)
    fresh = list(table.alive)
    while fresh:
        table.meet(fresh)
        table.weigh(fresh)
        fresh = table.join_best()
    return list(table.alive.values())


def bridge(part: Part, farthest: float) -> Part:
    """A part of several pieces with ink laid over the gaps between them, the nearest pieces first.

    The gap is what lies between: the points whose ways to the one and to the other piece add up to
    little more than the shortest way across. Gaps wider than `farthest` pixels stay open.
    """
    pieces, count = ndimage.label(part.mask, np.ones((3, 3)))
    if count < 2:
        return part
    away = {k: ndimage.distance_transform_edt(pieces != k) for k in range(1, count + 1)}
    gap, i, j = min((away[i][pieces == j].min(), i, j) for i, j in itertools.combinations(away, 2))
    if gap > farthest:
        return part
    between_them = away[i] + away[j] <= 1.3 * gap + 1
    return bridge(replace(part, mask=part.mask | between_them), farthest)


def mended(ink, parts: list[Part], size: float) -> tuple[np.ndarray, list[Part]]:
    """The page's ink (H, W) and its parts with the gaps between the pieces of each inked over."""
    ink, bridged = ink.copy(), [bridge(part, .2 * size) for part in parts]
    for old, new in zip(parts, bridged):
        ink[new.top:new.bottom, new.left:new.right][new.mask & ~old.mask] = 1
    return ink, bridged
