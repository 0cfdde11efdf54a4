"""The player of a whole convolution: its numbers against loops, its words against its numbers."""

import re

import numpy as np
import pytest

from course_lib.widgets.channels import Channels, at, channels_stepper, example, frames
from tests import naive

RNG = np.random.default_rng(4)
RANDOM = RNG.integers(-3, 4, (2, 4, 3)), RNG.integers(-3, 4, (3, 2, 2, 2)), RNG.integers(-3, 4, 3)


@pytest.mark.parametrize("run", [example(), Channels.run(*RANDOM)], ids=["the example", "random numbers"])
def test_the_maps_are_what_loops_find_and_the_parts_add_up(run):
    y = naive.conv(run.x[..., None], run.W, run.b, 1, 0)[..., 0]
    np.testing.assert_allclose(run.y, y, atol=1e-12)
    np.testing.assert_allclose(run.parts.sum(axis=0) + run.b[:, None, None], y, atol=1e-12)


@pytest.mark.parametrize("run", [example(), Channels.run(*RANDOM)], ids=["the example", "random numbers"])
def test_there_is_a_frame_for_every_number_and_its_sum_is_true(run):
    made = frames(run)
    assert sorted(at(run, n) for n in range(len(made))) == list(np.ndindex(run.y.shape))
    for n, frame in enumerate(made):
        name, terms, result = frame.formula.replace("−", "-").split(" = ")
        assert eval(terms) == float(result) == run.y[at(run, n)] and name == "y[{}, {}, {}]".format(*at(run, n))


def test_the_first_channel_s_sum_is_written_out():
    terms, result = re.search(r"Channel 0 adds (.*) = (\S+)\.", frames(example())[0].sentence.replace("−", "-")).groups()
    assert eval(terms.replace("·", "*")) == float(result) == example().parts[0, 0, 0, 0]


def test_a_map_fills_up_number_by_number():
    unknown = [frame.picture.count("empty") + 4 * frame.picture.count("not known yet") for frame in frames(example())]
    assert unknown == list(range(7, -1, -1))


def test_the_end_counts_what_there_is():
    assert "3 channels went in, 2 maps came out, one for each filter. A filter has 12 weights and one bias." in \
        frames(example())[-1].sentence
    assert len(channels_stepper(example()).tracks[0]) == 8


def test_shapes_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match=r"expected x \(C, H, W\), W \(F, C, k, k\)"):
        Channels.run(np.zeros((2, 3, 3)), np.zeros((1, 3, 2, 2)), np.zeros(1))
