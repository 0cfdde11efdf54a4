"""What every layer has: a forward pass and, beside it, its backward pass.

`forward(x)` returns y and keeps what the way back needs. `backward(dy)` is given dy = ∂L/∂y and
returns dx = ∂L/∂x; a layer with parameters also stores dW = ∂L/∂W and db = ∂L/∂b beside W and b.
Pictures are (C, H, W, N) and columns (features, N): one column per image, as in the text.
"""

import numpy as np

from course_lib.nn import given


class Layer:
    """What all layers share: parameters, layers inside, and checks that say how to mend a call.

    Attributes
    ----------
    params : tuple of str
        The names of what learns, e.g. ("W", "b").
    state : tuple of str
        The names of what is saved with it though no gradient moves it, e.g. running averages.
    layers : tuple of Layer
        The layers inside, for a layer made of layers.
    training : bool
        Whether the network is being trained: dropout and the like ask for it. See `set_training`.
    splits : bool
        Whether every column of a batch is computed on its own, so that threads may share a batch.
    """

    params: tuple[str, ...] = ()
    state: tuple[str, ...] = ()
    layers: tuple["Layer", ...] = ()
    training = False
    splits = False

    def forward(self, x):
        """Return y and keep what `backward` needs."""
        raise NotImplementedError

    def backward(self, dy):
        """Return dx, given dy; store the gradients of the parameters, if there are any."""
        raise NotImplementedError

    def __repr__(self):
        return f"{type(self).__name__}()"

    def walk(self, path=""):
        """Yield (path, layer) for every layer inside, outer before inner; a path is like "5.0.2"."""
        for i, layer in enumerate(self.layers):
            yield f"{path}{i}", layer
            yield from layer.walk(f"{path}{i}.")

    def named_parameters(self, state=False):
        """Yield (path, layer, name) for every array that learns: its value is getattr(layer, name).

        With `state`, also for every array that is saved with them.
        """
        for path, layer in [("", self), *self.walk()]:
            for name in layer.params + (layer.state if state else ()):
                yield f"{path}.{name}" if path else name, layer, name

    def parameters(self):
        """Yield (layer, name) for every array that learns."""
        for _, layer, name in self.named_parameters():
            yield layer, name

    @property
    def count(self):
        """The number of parameters."""
        return sum(getattr(layer, name).size for layer, name in self.parameters())

    def set_training(self, training):
        """Say, to this layer and all inside it, whether the network is being trained."""
        for layer in [self, *(layer for _, layer in self.walk())]:
            layer.training = training

    def _check_dy(self, dy, shape):
        given.array(self, dy)
        if dy.shape != shape:
            raise ValueError(f"{self}: dy must have the shape of the layer's output, {shape}; "
                             f"got {dy.shape}")

    def _kept(self, name):
        """Return what forward kept under this name."""
        if not hasattr(self, name):
            raise RuntimeError(f"{self}: backward was called before forward; "
                               "run forward(x) first, it keeps what the way back needs")
        return getattr(self, name)


class Learnable(Layer):
    """A layer with weights W and biases b. Its backward pass has two independent halves."""

    params = ("W", "b")

    def backward(self, dy):
        """Store dW and db, and return dx."""
        self.parameter_gradient(dy)
        return self.input_gradient(dy)

    def parameter_gradient(self, dy):
        """Store dW and db."""
        raise NotImplementedError

    def input_gradient(self, dy):
        """Return dx."""
        raise NotImplementedError

    def _start(self, init, rng, shape, n_in, n_out, dtype, bias):
        self.W = init(given.generator(type(self).__name__, rng), shape, n_in, n_out).astype(dtype)
        self.b = np.zeros((shape[0], 1), dtype) if bias else None
        self.params = ("W", "b") if bias else ("W",)

