"""Things to step through: they work in the built page without a kernel, and in Jupyter.

`stepper` turns any list of frames into a player; `circuit` draws the frames of a circuit's trace.
"""

from course_lib.widgets.circuit import circuit_picture, circuit_stepper
from course_lib.widgets.frame import Frame
from course_lib.widgets.stepper import stepper, tracks

__all__ = ["Frame", "stepper", "tracks", "circuit_stepper", "circuit_picture"]
