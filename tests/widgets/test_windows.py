"""Chapter 6's players: every number drawn is what loops over the pixels find, window by window."""

import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from course_lib.widgets.frame import Frame
from course_lib.widgets.grid import COMMA, Grid, in_words, number
from course_lib.widgets.stepper import choice
from course_lib.widgets.windows import (
    Convolution,
    Pooling,
    convolution_frames,
    convolution_stepper,
    draw_convolution,
    draw_pooling,
    pooling_frames,
    pooling_stepper,
)

PICTURE = np.array([[1, 2, 0, 1], [0, 3, 1, 0], [2, 0, 1, 2], [0, 1, 3, 0]])     # chapter 6's
FILTER = np.array([[1, -1], [2, 0]])
MAP = np.array([[1, 3, 0, 0], [2, 1, 0, 0], [-4, -1, 5, 2], [-3, -2, 0, 6]])
SLIDES = [(1, 0), (2, 0), (2, 1), (3, 1)]                                        # stride, pad
POOLS = [(2, 2, 0), (2, 1, 0), (3, 1, 0), (2, 2, 1)]                             # side, stride, pad


def windows(x, k, stride, pad, outside):
    """[(row, column, what the window there sees)], in reading order: by loops, pixel by pixel."""
    def pixel(i, j):
        return x[i, j] if 0 <= i < len(x) and 0 <= j < x.shape[1] else outside

    rows, columns = (range(-pad, side + pad - k + 1, stride) for side in x.shape)
    return [(r, c, [pixel(r + i, c + j) for i in range(k) for j in range(k)]) for r in rows for c in columns]


def arrays(svg):
    """The numbers of each array that is drawn, in the order of reading."""
    return [[text.text for text in group] for group in ET.fromstring(svg).iter("g")]


def bold(svg):
    return [[text.text for text in group if "now" in text.get("class", "")] for group in ET.fromstring(svg).iter("g")]


def boxes(svg):
    """The outlines: (kind, left, top, width, height)."""
    return [(box.get("class").split()[1], *(float(box.get(key)) for key in ("x", "y", "width", "height")))
            for box in ET.fromstring(svg).iter("rect")]


def printed(values):
    return [number(value) for value in values]


# ---------------------------------------------------------------- convolution

@pytest.mark.parametrize("stride, pad", SLIDES)
def test_the_patch_becomes_a_column_the_filter_a_row_their_product_a_pixel(stride, pad):
    seen = windows(PICTURE, 2, stride, pad, 0)
    products = [sum(a * b for a, b in zip(FILTER.ravel(), patch)) for _, _, patch in seen]
    run = Convolution.run(PICTURE, FILTER, stride, pad)
    assert run.count == len(seen)
    for n in range(len(seen)):
        svg = draw_convolution(run, n)
        picture, filter_, map_, columns, row, below = arrays(svg)
        assert picture == printed(np.pad(PICTURE, pad).ravel())
        assert filter_ == row == printed(FILTER.ravel())
        assert map_ == below == printed(products[:n + 1])
        assert columns == [number(patch[i]) for i in range(4) for _, _, patch in seen[:n + 1]]
        assert bold(svg) == [[], [], [map_[-1]], printed(seen[n][2]), [], [map_[-1]]]


@pytest.mark.parametrize("stride, pad", SLIDES)
def test_the_window_is_outlined_where_it_stands(stride, pad):
    run = Convolution.run(PICTURE, FILTER, stride, pad)
    corners = []
    for n, (r, c, _) in enumerate(windows(PICTURE, 2, stride, pad, 0)):
        window, pixel, column, product = boxes(draw_convolution(run, n))
        side = pixel[3]
        assert window[0] == column[0] == "data" and pixel[0] == product[0] == "forward"
        assert window[3:] == (2 * side, 2 * side) and column[3:] == (side, 4 * side)
        assert column[1] == product[1]                                # the column stands above its product
        corners.append((window[2] / side, window[1] / side, r, c))
    places = np.array(corners)
    assert np.allclose(places[:, :2] - places[0, :2] - pad, places[:, 2:])


@pytest.mark.parametrize("stride, pad", SLIDES)
def test_the_words_of_a_window_are_its_arithmetic(stride, pad):
    told = convolution_frames(Convolution.run(PICTURE, FILTER, stride, pad))
    for n, ((r, c, patch), frame) in enumerate(zip(windows(PICTURE, 2, stride, pad, 0), told, strict=True)):
        assert frame.phase == f"Window {n + 1} of {len(told)}, from row {number(r)}, column {number(c)}"
        _, sum_, result = frame.formula.replace("−", "-").replace("·", "*").split(" = ")
        assert eval(sum_) == float(result) == (FILTER.ravel() * patch).sum()
        assert ", ".join(printed(patch)) in frame.sentence
        on_margin = min(r, c) < 0 or max(r, c) + 2 > 4
        assert ("stands on the margin" in frame.sentence) is on_margin


@pytest.mark.parametrize("stride, pad", SLIDES)
def test_the_last_frame_counts_copies_and_pixels_left_out(stride, pad):
    seen = windows(PICTURE, 2, stride, pad, 0)
    inside = [(r + i, c + j) for r, c, _ in seen for i in range(2) for j in range(2) if 0 <= r + i < 4 and 0 <= c + j < 4]
    most, never = max(map(inside.count, inside)), 16 - len(set(inside))
    words = convolution_frames(Convolution.run(PICTURE, FILTER, stride, pad))[-1].sentence
    assert f"{len(seen)} windows, and 16 pixels have become {4 * len(seen)} numbers" in words
    zeros = 4 * len(seen) - len(inside)
    assert (f"{zeros} of these are zeros of the margin" in words) is (zeros > 0)
    if never:
        assert f"{never} pixels are in no window" in words
    elif most == 1:
        assert "each pixel is in one column" in words
    else:
        assert f"in up to {most} columns" in words


def test_stride_and_padding_have_buttons_and_change_the_number_of_places():
    player = convolution_stepper(PICTURE, FILTER, SLIDES)
    assert player.rows[0]["options"] == [f"stride {s}, pad {p}" for s, p in SLIDES]
    assert [len(track) for track in player.tracks] == [len(windows(PICTURE, 2, s, p, 0)) for s, p in SLIDES]


def test_what_cannot_be_drawn_is_refused():
    with pytest.raises(ValueError, match=r"a picture \(H, W\) and a filter \(k, k\); got \(4,\) and \(2, 2\)"):
        Convolution.run(PICTURE[0], FILTER, 1, 0)
    with pytest.raises(ValueError, match="take a smaller picture or filter, or a larger stride"):
        convolution_frames(Convolution.run(np.ones((5, 5)), FILTER, 1, 0))
    with pytest.raises(ValueError, match=r"expected a picture \(H, W\); got \(4,\)"):
        Pooling.run(PICTURE[0], 2, 2, 0)


# ---------------------------------------------------------------- pooling

def first_largest(r, c, k, x):
    """The place of a window's first largest pixel in reading order."""
    inside = [(r + i, c + j) for i in range(k) for j in range(k) if 0 <= r + i < len(x) and 0 <= c + j < x.shape[1]]
    return max(inside, key=lambda place: x[place])


@pytest.mark.parametrize("x", [MAP, PICTURE, -MAP], ids=["chapter 6", "ties", "signs turned"])
@pytest.mark.parametrize("k, stride, pad", POOLS)
def test_winners_wear_rings_and_the_largest_is_the_pixel(x, k, stride, pad):
    seen, run = windows(x, k, stride, pad, -np.inf), Pooling.run(x, k, stride, pad)
    for n, frame in enumerate(pooling_frames(run)):
        picture, map_ = arrays(draw_pooling(run, n))
        assert picture == printed(np.pad(x.astype(float), pad, constant_values=-np.inf).ravel())
        assert map_ == printed(max(patch) for _, _, patch in seen[:n + 1])
        won = [first_largest(r, c, k, x) for r, c, _ in seen[:n + 1]]
        svg = ET.fromstring(draw_pooling(run, n))
        rings = [tuple(float(ring.get(key)) for key in ("cx", "cy")) for ring in svg.iter("circle")]
        numbers = [(float(text.get("x")), float(text.get("y")) - 5.5) for text in svg.find("g")]
        wide = x.shape[1] + 2 * pad
        assert np.allclose(sorted(rings), sorted(numbers[(i + pad) * wide + j + pad] for i, j in set(won)), atol=0.6)
        seen_now = COMMA.join(printed(seen[n][2]))
        assert frame.formula.endswith(f" = max({seen_now}) = {map_[-1]}")
        assert ("A tie" in frame.sentence) is (seen[n][2].count(max(seen[n][2])) > 1)
        assert ("It has won before" in frame.sentence) is (won[-1] in won[:-1])
    assert f"{len(seen)} windows, and {len(set(won))} of the 16 pixels have won" in frame.sentence


def test_pooling_has_a_button_for_every_size():
    player = pooling_stepper(MAP, POOLS)
    assert player.rows[0]["options"] == ["2 × 2, stride 2", "2 × 2, stride 1", "3 × 3, stride 1", "2 × 2, stride 2, pad 1"]
    assert [len(track) for track in player.tracks] == [4, 9, 4, 9]


# ---------------------------------------------------------------- what both stand on

@pytest.mark.parametrize("draw, run", [(draw_convolution, Convolution.run(PICTURE, FILTER, 1, 0)),
                                       (draw_convolution, Convolution.run(PICTURE, FILTER, 2, 1)),
                                       (draw_pooling, Pooling.run(MAP, 2, 2, 1))])
def test_drawings_are_named_and_keep_inside_their_frame(draw, run):
    for n in range(run.count):
        svg = ET.fromstring(draw(run, n))
        left, top, width, height = map(float, svg.get("viewBox").split())
        assert svg.get("role") == "img" and in_words(run.done(n)) in svg.get("aria-label")
        assert not [element for element in svg.iter() if element.get("id")]       # two on a page
        for text in svg.iter("text"):
            assert left <= float(text.get("x")) <= left + width and top < float(text.get("y")) < top + height
        for box in svg.iter("rect"):
            x, y, w, h = (float(box.get(key)) for key in ("x", "y", "width", "height"))
            assert left <= x and x + w <= left + width and top <= y and y + h <= top + height


def test_the_tracks_of_a_choice_have_their_own_lengths_and_places():
    frames = {name: [Frame("<svg/>", f"{name} {k}", "", "") for k in range(count)] for name, count in (("a", 3), ("b", 5))}
    player = choice(frames, "Which")
    assert not player.together and player.rows == [{"name": "Which", "options": ["a", "b"]}]
    assert [len(track) for track in player.tracks] == [3, 5]
    assert all(f"{name} {k}" in markup for name, track in zip("ab", player.tracks) for k, markup in enumerate(track))


@pytest.mark.parametrize("variants", [{}, [], {"a": []}])
def test_a_choice_of_nothing_is_refused(variants):
    with pytest.raises(ValueError, match="from what each button says to its frames, at least one; got"):
        choice(variants, "Which")


def test_a_grid_shows_rows_and_columns_in_one_of_four_kinds():
    with pytest.raises(ValueError, match="kind is one of data, weight, forward, backward; got 'red'"):
        Grid(PICTURE, "x", "red", 0, 0)
    with pytest.raises(ValueError, match=r"a grid shows rows and columns; x has the shape \(4,\)"):
        Grid(PICTURE[0], "x", "data", 0, 0)
    assert re.findall(r">([^<>]+)</text>", Grid(np.array([[1.5, np.nan, -0.0, -np.inf]]), "", "data", 0, 0).svg()) == [
        "1.5", "0", "−∞"]
    assert in_words([[np.nan]]) == "not known yet" and in_words([[1, np.nan]]) == "1 empty"
