"""The drawing pad with a network of the caller's own."""

import zlib

import numpy as np
import pytest

from course_lib import nn
from course_lib.reading import load_reader
from course_lib.widgets import pad


def small():
    return nn.Sequential(nn.Conv2D(1, 2, 9), nn.ReLU(), nn.MaxPool2D(4), nn.Flatten(), nn.Linear(50, 10))


def test_the_page_is_told_the_layers_and_given_the_weights_of_ones_own_network():
    network = small()
    sheet = pad.drawing_pad(network)
    assert sheet.own and dict(sheet.plans)["reader"] == [
        {"kind": "Conv2D", "shape": [2, 1, 9, 9]}, {"kind": "ReLU"}, {"kind": "MaxPool2D", "k": 4}, {"kind": "Flatten"},
        {"kind": "Linear", "shape": [10, 50]}]
    sent = []
    sheet.send = lambda message, buffers: sent.append(buffers[0])
    network.layers[0].W[...] = np.arange(162).reshape(2, 81)      # trained further, after the sheet was made
    sheet._answer(sheet, {"ask": "weights"}, [])
    lower, upper = np.frombuffer(zlib.decompress(sent[0]), np.uint8).reshape(2, -1)
    numbers = np.stack([lower, upper], axis=1).reshape(-1).view("<f2")
    np.testing.assert_array_equal(numbers[:162], np.arange(162))


def test_without_one_it_is_the_courses_reader():
    sheet = pad.drawing_pad()
    assert not sheet.own and dict(sheet.plans)["reader"] == pad.plan(load_reader())


def test_a_layer_that_the_page_cannot_compute_is_named():
    with pytest.raises(ValueError, match="no layer like Dropout"):
        pad.drawing_pad(nn.Sequential(*small().layers, nn.Dropout(0.5)))


def test_the_picture_for_paper_is_what_ones_own_network_reads():
    network = small()
    network.layers[-1].W[...] = 0
    network.layers[-1].b[...] = 0
    network.layers[-1].b[3] = 9
    told = pad.drawing_pad_picture("7", network).data
    assert "A 7, drawn with" in told and "3" in told.split("drawn with")[1].split(",")[0]
    assert told != pad.drawing_pad_picture("7").data
