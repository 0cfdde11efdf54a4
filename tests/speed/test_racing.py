"""A race gives every rung the same time, on the same pictures, with the same weights."""

import numpy as np
import pytest

from course_lib import nn, speed
from course_lib.speed.ladder import RUNGS


@pytest.fixture
def tick(monkeypatch):
    """A clock that only a step moves: by a quarter of a second on rung 4, by an eighth on any other. It holds the losses, too."""
    seen = {"now": 0.0, "losses": []}

    def gradients(rung, network, pictures, labels):
        seen["losses"].append(true(rung, network, pictures, labels))
        seen["now"] += 0.25 if rung is RUNGS[4] else 0.125

    true = type(RUNGS[0]).gradients
    monkeypatch.setattr(type(RUNGS[0]), "gradients", gradients)
    monkeypatch.setattr("course_lib.speed.racing.perf_counter", lambda: seen["now"])
    return seen


def test_each_has_its_second_and_a_step_that_ends_too_late_does_not_count(tick):
    x, labels = np.random.default_rng(0).random((1, 28, 28, 2), np.float32), np.array([3, 1])
    finishes = speed.race((4, 8), nn.lenet(np.random.default_rng(0)), x, labels, seconds=1.05)
    assert finishes == {4: [0.25, 0.5, 0.75, 1], 8: [n / 8 for n in range(1, 9)]}
    assert len(tick["losses"]) == 2 + 5 + 9             # each one before the start, and one that came too late
    assert max(tick["losses"]) - min(tick["losses"]) < 1e-4


def test_they_take_turns(tick, monkeypatch):
    x, labels, order = np.zeros((1, 28, 28, 1), np.float32), np.array([0]), []
    counted = type(RUNGS[0]).gradients
    monkeypatch.setattr(type(RUNGS[0]), "gradients", lambda rung, *rest: (order.append(RUNGS.index(rung)), counted(rung, *rest)))
    speed.race((6, 4), nn.lenet(np.random.default_rng(0)), x, labels, seconds=0.5)
    assert order == [6, 4, 6, 4, 6, 6, 4, 6]
