"""Losses: what the network's output costs, averaged over the batch, and its gradient."""

import numpy as np

from course_lib.nn import given


class SoftmaxCrossEntropy:
    """Softmax, then the negative logarithm of the probability of the right class.

    After `forward`, `p` (classes, N) holds the probabilities.
    """

    def forward(self, z, labels):
        """Return the mean loss.

        Parameters
        ----------
        z : (classes, N) array
            The logits.
        labels : (N,) integers
            The right class of every column, from 0 to classes - 1.
        """
        labels = _check_labels(z, labels)
        z = z - z.max(axis=0)  # softmax does not change, and exp cannot overflow
        self.p = np.exp(z)
        total = self.p.sum(axis=0)
        self.p /= total
        self.labels, self.columns = labels, np.arange(len(labels))
        return float((np.log(total) - z[labels, self.columns]).mean())

    def backward(self):
        """Return dz = (p - onehot) / N, of shape (classes, N)."""
        if not hasattr(self, "p"):
            raise RuntimeError("SoftmaxCrossEntropy: backward was called before forward(z, labels)")
        dz = self.p.copy()
        dz[self.labels, self.columns] -= 1
        dz /= len(self.labels)
        return dz


class SquaredError:
    """Half the squared distance to the target, 1/2 ‖y - t‖², averaged over the batch."""

    def forward(self, y, target):
        """Return the mean loss; y and target are (features, N)."""
        given.array("SquaredError", y)
        target = np.asarray(target, y.dtype)
        if target.shape != y.shape:
            raise ValueError(f"SquaredError: the target must have the output's shape {y.shape}; "
                             f"got {target.shape}")
        self.error = y - target
        return float((self.error ** 2).sum() / (2 * y.shape[-1]))

    def backward(self):
        """Return dy = (y - t) / N."""
        if not hasattr(self, "error"):
            raise RuntimeError("SquaredError: backward was called before forward(y, target)")
        return self.error / self.error.shape[-1]


def _check_labels(z, labels):
    """Return labels as an integer array (N,), or say what is wrong with them."""
    given.array("SoftmaxCrossEntropy", z)
    labels = np.asarray(labels)
    if z.ndim != 2:
        raise ValueError(f"the logits must be columns (classes, N); got shape {z.shape}. "
                         "One column has to be z[:, None]")
    classes, N = z.shape
    if labels.shape != (N,):
        raise ValueError(f"expected one label per column, shape ({N},); got {labels.shape}")
    if labels.dtype.kind not in "iu":
        raise TypeError(f"labels must be integers; got {labels.dtype}. Use labels.astype(int).")
    if N == 0:
        raise ValueError(f"the mean loss of no columns is no number; got logits of shape {z.shape}, "
                         "expected at least one column")
    wrong = (labels < 0) | (labels >= classes)
    if wrong.any():
        raise ValueError(f"labels must lie from 0 to {classes - 1}; got {labels[wrong][0]} "
                         f"at position {np.flatnonzero(wrong)[0]}")
    return labels
