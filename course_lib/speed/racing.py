"""A race between rungs of the ladder, on the machine that runs it."""

from time import perf_counter

from threadpoolctl import threadpool_limits

from course_lib.speed.ladder import RUNGS

__all__ = ["race"]


def race(numbers, reference, x, labels, seconds=1.0):
    """Let rungs take steps on the same pictures, in turns, until each of them has used its time.

    They take turns so that what disturbs the machine for a while disturbs them all.

    Parameters
    ----------
    numbers : sequence of int
        Which of `ladder.RUNGS` start.
    reference : Sequential
        The network whose parameters all of them get.
    x : (1, 28, 28, N) array
        The pictures, batch last.
    labels : (N,) integers
    seconds : float
        How long each may compute.

    Returns
    -------
    dict
        {number: the moments of its own clock, in seconds, at which it finished a step in time}
    """
    runners = {n: (RUNGS[n], RUNGS[n].network(reference), RUNGS[n].pictures(x)) for n in numbers}
    for rung, network, pictures in runners.values():        # the first step, which asks for memory, is not timed
        rung.gradients(network, pictures, labels)
    clock, finishes = dict.fromkeys(runners, 0.0), {n: [] for n in runners}
    while min(clock.values()) < seconds:
        n = min(clock, key=clock.get)                       # whose clock shows least is next
        rung, network, pictures = runners[n]
        with threadpool_limits(1):                          # a second thread only where the rung itself starts one
            start = perf_counter()
            rung.gradients(network, pictures, labels)
            clock[n] += perf_counter() - start
        if clock[n] <= seconds:
            finishes[n].append(clock[n])
    return finishes
