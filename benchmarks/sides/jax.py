"""JAX on the CPU, the whole step in one jit; its layers are lax's own."""

import os

import task

from sides.base import BaseSide


def network(weights, x):
    from jax import lax, nn, numpy as jnp

    for W, b in weights[:2]:
        x = lax.conv_general_dilated(x, W, (1, 1), "VALID") + b[:, None, None]
        x = lax.reduce_window(nn.relu(x), -jnp.inf, lax.max, (1, 1, 2, 2), (1, 1, 2, 2), "VALID")
    (W, b), (W2, b2) = weights[2:]
    return nn.relu(x.reshape(len(x), -1) @ W.T + b) @ W2.T + b2


def loss(weights, x, labels):
    from jax import nn, numpy as jnp

    logs = nn.log_softmax(network(weights, x))
    return -jnp.take_along_axis(logs, labels[:, None], axis=1).mean()


def step(weights, velocities, x, labels):
    import jax

    value, gradients = jax.value_and_grad(loss)(weights, x, labels)
    velocities = jax.tree.map(lambda v, w, g: task.MOMENTUM * v + g + task.WEIGHT_DECAY * w,
                              velocities, weights, gradients)
    weights = jax.tree.map(lambda w, v: w - task.LEARNING_RATE * v, weights, velocities)
    return weights, velocities, value


class Side(BaseSide):
    packages = ("jax", "jaxlib")
    note = "one thread: held to one core; the step's old weights are given up to it (donate_argnums)"

    def __init__(self, argument, threads):
        os.environ["XLA_FLAGS"] = f"--xla_cpu_multi_thread_eigen={str(threads > 1).lower()}"
        os.environ["JAX_PLATFORMS"] = "cpu"
        if threads == 1 and hasattr(os, "sched_setaffinity"):
            os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})     # XLA has a thread for every core it sees
        import jax

        jnp = jax.numpy
        self.jax, self.weights = jax, [(jnp.asarray(W), jnp.asarray(b[:, 0])) for W, b in task.weights()]
        self.weights[:2] = [(jnp.asarray(task.channels_first(W)), b) for W, b in self.weights[:2]]
        self.velocities = jax.tree.map(jnp.zeros_like, self.weights)
        self.one_step = jax.jit(step, donate_argnums=(0, 1))
        self.labels_of = jax.jit(lambda weights, x: network(weights, x).argmax(axis=1))

    def give(self, case):
        images, labels = task.batch(case["batch"])
        self.x, self.labels = self.jax.numpy.asarray(images), self.jax.numpy.asarray(labels)

    def step(self):
        self.weights, self.velocities, value = self.one_step(self.weights, self.velocities, self.x, self.labels)
        return value.item()

    def predict(self):
        return self.labels_of(self.weights, self.x).__array__()

    def parameters(self):
        return sum(w.size for pair in self.weights for w in pair)
