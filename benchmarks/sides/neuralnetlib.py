"""neuralnetlib: pictures (N, H, W, C), float64."""

import task
from neuralnetlib.layers import Activation, Conv2D, Dense, Flatten, Input, MaxPooling2D
from neuralnetlib.models import Sequential
from neuralnetlib.optimizers import Momentum

from sides.base import BaseSide


class Side(BaseSide):
    packages = ("neuralnetlib", "numpy")
    note = "adds the gradients up over the batch, so its rate is divided by the batch; no weight decay"

    def __init__(self, argument, threads):
        self.network = Sequential(gradient_clip_threshold=0)
        for layer in (Input((28, 28, 1)), Conv2D(20, 5), Activation("relu"), MaxPooling2D(2),
                      Conv2D(50, 5), Activation("relu"), MaxPooling2D(2), Flatten(),
                      Dense(500), Activation("relu"), Dense(10), Activation("softmax")):
            self.network.add(layer)
        self.network.compile(loss_function="categorical_crossentropy",
                             optimizer=Momentum(task.LEARNING_RATE, task.MOMENTUM))
        self.give({"batch": 1})
        self.predict()  # the layers learn their shapes
        (W1, b1), (W2, b2), (W3, b3), (W4, b4) = task.weights()
        values = [(task.channels_last(W1), b1), (task.channels_last(W2), b2),
                  (task.flattened_channels_last(W3), b3), (task.transposed(W4), b4)]
        for layer, (W, b) in zip(self.learning(), values, strict=True):
            layer.weights[:], layer.bias[:] = W, b.reshape(layer.bias.shape)

    def learning(self):
        return [layer for layer in self.network.layers if getattr(layer, "weights", None) is not None]

    def give(self, case):
        images, labels = task.batch(case["batch"])
        self.x, self.labels = images.reshape(-1, 28, 28, 1), task.one_hot(labels)
        self.network.optimizer.learning_rate = task.LEARNING_RATE / case["batch"]

    def step(self):
        return self.network.train_on_batch(self.x, self.labels)

    def predict(self):
        return self.network.predict(self.x).argmax(axis=1)

    def parameters(self):
        return sum(layer.weights.size + layer.bias.size for layer in self.learning())
