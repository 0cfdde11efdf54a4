"""Pages of the kinds that strangers photograph: the same from the same seed, and boxes where the ink is."""

import numpy as np
import pytest

from course_lib.workshop import pages


@pytest.mark.parametrize("kind", pages.KINDS)
def test_a_kind_is_drawn_the_same_again_with_its_truth(kind):
    made, again = (pages.KINDS[kind](5) for _ in range(2))
    assert (made.image == again.image).all() and made.image.dtype == np.uint8 and made.rows == again.rows
    assert "".join(str(item.digit) for item in made.written) == "".join(made.rows)
    grey = made.image.astype(float) if made.image.ndim == 2 else made.image.astype(float).mean(axis=2)
    for top, left, bottom, right in (item.box for item in made.written):
        inside = grey[top:bottom, left:right]
        assert inside.shape == (bottom - top, right - left) and np.quantile(inside, .05) < .85 * np.quantile(inside, .95)


def test_kinds_are_what_they_are_called():
    side, straight = pages.KINDS["on its side"](0), pages.random_page(0, pages.kinds.PAPER)
    assert side.image.shape[:2] == straight.image.shape[1::-1]
    assert 14 <= abs(pages.KINDS["askew"](0).made["rotation"]) <= 30
    heights = [item.box[2] - item.box[0] for item in pages.KINDS["tall and wide"](3).written]
    assert max(heights) > 1.4 * np.median(heights)
    table = pages.KINDS["on a table"](0)
    sheet = np.array([item.box for item in table.written])
    assert np.median(table.image[:20, :20]) < .7 * np.median(table.image[sheet[:, 0].min():sheet[:, 2].max(),
                                                                        sheet[:, 1].min():sheet[:, 3].max()])
