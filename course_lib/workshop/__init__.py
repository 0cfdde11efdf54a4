"""Where things are made: the reader's own layers, with a judge; what is shipped, and how it was measured."""

from pathlib import Path

# What the measurements found, as JSON
RECORDS = Path(__file__).parent / "records"
