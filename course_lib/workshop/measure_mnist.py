"""Let the shipped reader read MNIST's 60,000 training images, and store what came of it for chapter 11.

    python -m course_lib.workshop.measure_mnist [FOLDER]    the IDX files' folder; else they are downloaded

It has learned from none of them. The 10,000 test images are left alone.
"""

import hashlib
import json
import sys

from course_lib import digits
from course_lib.reading.labels import WEIGHTS
from course_lib.workshop import RECORDS, evaluation

COMMAND = "python -m course_lib evaluate --data mnist --split train --json"


def main(folder=None):
    """Measure, and store the record."""
    found = evaluation.evaluate(*digits.load("mnist", data_dir=folder).train)
    record = {"command": COMMAND, "weights": hashlib.sha256(WEIGHTS.read_bytes()).hexdigest(), **found.as_dict()}
    (RECORDS / "reader_on_mnist.json").write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    print(found.table())


if __name__ == "__main__":
    main(*sys.argv[1:])
