"""The assignment: built from its sources, handed in by strangers, marked."""
