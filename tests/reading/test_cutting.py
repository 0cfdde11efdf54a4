"""Digits that touch are cut apart."""

import itertools

import numpy as np
import pytest

from course_lib import reading
from course_lib.digits import pen
from course_lib.reading import cutting
from course_lib.reading.part import Part, split, straightened, trimmed
from course_lib.workshop import pages
from tests.reading.blocks import block


def test_cheapest_path_equals_trying_all():
    rng = np.random.default_rng(2)
    ink = rng.random((5, 4)).round(2)
    column, reach = 1, 3
    path = cutting.cheapest_path(ink, column, reach)

    def price(way):
        return (sum(ink[r, k] + .05 * abs(k - column) / reach for r, k in enumerate(way))
                + cutting.SIDESTEP * sum(a != b for a, b in zip(way, way[1:])))
    ways = [way for way in itertools.product(range(4), repeat=5)
            if all(abs(a - b) <= 1 for a, b in zip(way, way[1:]))]
    assert price(path) == pytest.approx(min(map(price, ways)))


def test_many_paths_are_the_single_ones():
    ink = np.random.default_rng(3).random((12, 20)) < .5
    together = cutting.cheapest_paths(ink, [3, 9, 15], 4)
    for column, path in zip((3, 9, 15), together):
        assert np.array_equal(path, cutting.cheapest_path(ink, column, 4))
        assert np.abs(path - column).max() <= 4 and path.min() >= 0 and path.max() < 20


def ways_through(last, begin=0):
    """All ways from cut `begin` to cut `last`: each piece begins after the one before it does, not after its end."""
    yield [(begin, last)]
    for end in range(begin + 1, last):
        for start in range(begin + 1, end + 1):
            yield from ([(begin, end)] + rest for rest in ways_through(last, start))


def test_the_way_through_the_lattice_is_the_best_of_all():
    rng, last, shared = np.random.default_rng(1), 5, 0
    for _ in range(100):
        places = np.sort(rng.uniform(0, .6, last + 1))
        cuts = [cutting.Cut(strokes, place) for strokes, place in zip([0, *rng.uniform(0, 3, last - 1), 0], places)]
        scores = {arc: rng.uniform(-6, 0) for arc in itertools.combinations(range(last + 1), 2)}

        def price(way, scores=scores, places=places, cuts=cuts):
            total = sum(scores[arc] for arc in way)
            for (_, end), (start, _) in itertools.pairwise(way):
                seam = places[end] - places[start]
                through = min(cuts[start].strokes, cuts[end].strokes)
                total -= (cutting.CUT_PRICE + cutting.STROKE_PRICE * max(0, through - 1.2)
                          + cutting.SEAM_PRICE * seam if seam <= cutting.SEAM else np.inf)
            return total
        best = cutting.best_way(cuts, scores, cutting.SEAM)
        assert best == max(ways_through(last), key=price)
        shared += any(start < end for (_, end), (start, _) in itertools.pairwise(best))
    assert 5 < shared < 95                     # ways of both kinds were compared


@pytest.mark.parametrize("made", [pages.crowded("6178", .3), pages.random_page(254)], ids=["crowded", "254"])
def test_ink_where_strokes_cross_belongs_to_both_digits(made, monkeypatch):
    """Where each pixel has one owner, one of the two digits loses its stroke."""
    assert reading.read_page(made.image).rows == list(made.rows)
    monkeypatch.setattr(cutting, "SEAM", 0)
    assert reading.read_page(made.image).rows != list(made.rows)


@pytest.mark.parametrize("lean", [-.5, 0, .7])
def test_cuts_lean_with_the_ink(lean):
    """Two leaning strokes, bridged at one point, overlap in columns; a cut goes between them all the same."""
    rows = np.arange(40)
    mask = np.zeros((40, 80), bool)
    for left in (25, 35):
        for r in rows:
            start = round(left + lean * (20 - r))
            mask[r, start:start + 4] = True
    mask[20, 25:39] = True
    straight = straightened(mask, lean)
    assert straight.sum() == mask.sum() and (straight.sum(axis=0) >= 38).sum() >= 6
    part = trimmed(Part(0, 0, mask))
    halves = {tuple(path): [piece.area for piece in split(part, path)]
              for _, path in cutting.cuts(part, 40, lean)}
    path = np.array(max(halves, key=lambda path: min(halves[path]) * (len(halves[path]) == 2)))
    assert len(halves[tuple(path)]) == 2 and min(halves[tuple(path)]) >= 160
    inside = (path >= 0) & (path < part.width)
    assert part.mask[np.arange(40)[inside], path[inside]].sum() <= 2


def test_pieces_share_the_ink_out():
    part = Part(3, 4, np.random.default_rng(1).random((20, 30)) < .6)
    cuts, pieces = cutting.pieces_of(part, 20)
    last = len(cuts) - 1
    both = [(0, k) for k in range(1, last) if (0, k) in pieces and (k, last) in pieces]
    assert both
    for _, k in both:
        assert pieces[0, k].area + pieces[k, last].area == part.area


def test_touching_digits_come_apart_and_a_wide_zero_stays_whole():
    hand = pen.Hand(aspect=1.5, pen_width=2.2)
    zero = pages.handwritten(np.random.default_rng(0), 0, 80, hand, form=1)
    page = 1 - np.pad(zero, 25)
    assert reading.read_page(page).rows == ["0"]
    assert len(reading.read_page(pages.make("thick pen").image).digits) == 5
    assert len(reading.read_page(pages.make("thick pen").image, skip={"cut", "refuse"}).digits) < 5


def test_one_digit_above_another_is_cut_off_where_they_touch():
    """Two blocks, a narrow bridge between them; a judge that likes what is as high as a digit."""
    mask = np.zeros((42, 14), bool)
    mask[:20, :10] = mask[22:, 4:] = mask[20:22, 5:7] = True
    tower, above, below = Part(7, 3, mask), block(7, 40, 27, 50), block(29, 40, 49, 50)

    def as_high_as_a_digit(tried):
        return np.array([0. if abs(p.height - 20) <= 2 else -3. for p in tried])

    found = cutting.cut_rows([tower, above, below], 20, as_high_as_a_digit)
    assert found[2:] == [above, below]
    upper, lower = sorted(found[:2], key=lambda p: p.top)
    assert upper.top == 7 and lower.bottom == 49 and abs(upper.bottom - lower.top) <= 1
    assert upper.area + lower.area == tower.area
    for beside in ([above], [below], [above, block(60, 40, 80, 50)]):       # no second row: one tall digit
        assert cutting.cut_rows([tower, *beside], 20, as_high_as_a_digit) == [tower, *beside]

    def content(tried):
        return np.zeros(len(tried))
    assert cutting.cut_rows([tower, above, below], 20, content) == [tower, above, below]      # a cut has its price


def test_what_looks_like_a_digit_is_not_cut_however_wide_it_is():
    wide, size = Part(0, 0, np.ones((20, 40), bool)), 20

    def narrow(tried):
        return np.array([0. if p.width <= 22 else -3. for p in tried])

    assert len(cutting.cut_touching([wide], size, narrow)) == 2
    assert cutting.cut_touching([wide], size, narrow, looks=lambda tried: np.zeros(len(tried))) == [wide]


@pytest.mark.parametrize("seed", [0, 3])
def test_tall_digits_among_others_are_one_digit_each(seed):
    made = pages.KINDS["tall and wide"](seed)
    assert reading.read_page(made.image).rows == list(made.rows)
