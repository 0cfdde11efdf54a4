"""The judge's training goes through, and leaves weights and a record."""

import json
import subprocess
import sys

import numpy as np
import pytest

from course_lib import nn
from course_lib.reading import judge

pytestmark = pytest.mark.slow


def test_the_judge_can_be_trained_again(tmp_path):
    """With next to no material the command still goes through: weights of the right shapes, and a record."""
    out = tmp_path / "judge.npz"
    words = [sys.executable, "-m", "course_lib.workshop.train_judge", "--lines", "30", "--pages", "4", "--steps", "20",
             "--out", out]
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stderr[-2000:]
    trained, fresh = nn.load_weights(judge.judge_network(), out), judge.judge_network()
    assert not np.array_equal(trained.layers[0].W, fresh.layers[0].W)
    record = json.loads(out.with_suffix(".json").read_text())
    assert "--lines 30 --pages 4 --steps 20 --seed 0" in record["command"]
    assert record["pictures"] > record["of them digits"] > 0
