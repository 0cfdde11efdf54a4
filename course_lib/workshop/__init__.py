"""Where things are made: the reader's own layers, judged as they are written; what is shipped, and how it was measured."""

from pathlib import Path

# What the measurements found, as JSON
RECORDS = Path(__file__).parent / "records"
