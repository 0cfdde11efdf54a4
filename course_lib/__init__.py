"""The library that the chapters of the course share."""
