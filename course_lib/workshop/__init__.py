"""How what is shipped was made and measured; nothing that a chapter teaches."""

from pathlib import Path

# What the measurements found, as JSON
RECORDS = Path(__file__).parent / "records"
