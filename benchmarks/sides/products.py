"""The floor: the matrix products of a step and nothing else.

Operands are ready, patches are laid out, the results have their memory already, and the first layer
computes no gradient of the pictures. Every product is computed in the faster of its two orders,
A B or (Bᵀ Aᵀ)ᵀ, tried out on the batch at hand.
"""

from time import perf_counter

import numpy as np
import task

from sides.base import BaseSide

FORWARD, BACKWARD = ("y",), ("dW", "dx")


def products(batch):
    """Yield (layer, result, rows, inner, columns) of every product of a step."""
    widths = [pixels * batch for pixels in task.PIXELS] + [batch, batch]
    for layer, ((n_out, n_in), columns) in enumerate(zip(task.SHAPES, widths)):
        yield layer, "y", n_out, n_in, columns         # y = W x
        yield layer, "dW", n_out, columns, n_in        # dW = dy xᵀ
        if layer > 0:
            yield layer, "dx", n_in, n_out, columns    # dx = Wᵀ dy


def multiply_adds(batch, results=FORWARD + BACKWARD):
    """Return the number of products of two numbers in a step, or in its forward half."""
    return sum(rows * inner * columns for _, result, rows, inner, columns in products(batch)
               if result in results)


class Side(BaseSide):
    packages = ("numpy",)

    def __init__(self, argument, threads):
        pass

    def give(self, case):
        rng = np.random.default_rng(0)
        widths = [pixels * case["batch"] for pixels in task.PIXELS] + [case["batch"]] * 2
        self.forward, self.backward = [], []
        for (W, _), width in zip(task.weights(), widths):
            x, dy = (rng.random((len(rows), width), np.float32) for rows in (W.T, W))
            self.forward.append(faster(W, x))
            self.backward.append(faster(dy, x.T))
            if len(self.backward) > 1:  # no gradient of the pictures
                self.backward.append(faster(W.T, dy))

    def step(self):
        for product in self.forward + self.backward:
            np.matmul(*product[:2], out=product[2])
        return 0.0

    def predict(self):
        for product in self.forward:
            np.matmul(*product[:2], out=product[2])
        return np.zeros(self.forward[-1][2].size // 10, int)

    def parameters(self):
        return task.PARAMETERS


def faster(A, B):
    """Return (left, right, out) of A B in the faster of its two orders."""
    ways = [(A, B, np.empty((len(A), B.shape[1]), np.float32)),
            (B.T, A.T, np.empty((B.shape[1], len(A)), np.float32))]
    return min(ways, key=lambda way: best_of(lambda: np.matmul(*way[:2], out=way[2])))


def best_of(work, rounds=7):
    """Return the shortest of some times, in seconds."""
    times = []
    for _ in range(rounds):
        start = perf_counter()
        work()
        times.append(perf_counter() - start)
    return min(times)
