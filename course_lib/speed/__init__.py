"""How fast the course's network is: the ladder from loops to what it is now, and the record of `make bench`."""

from course_lib.speed.racing import race
from course_lib.speed.record import PATH, Record, load

__all__ = ["PATH", "Record", "load", "race"]
