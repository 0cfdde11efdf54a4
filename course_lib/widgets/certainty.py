"""Probabilities in words."""


def percent(p: float) -> str:
    """A network's probability as widgets print it: never 0% or 100%, for a network is never sure."""
    return "under 1%" if p < .005 else "over 99%" if p >= .995 else f"{int(100 * p + .5)}%"
