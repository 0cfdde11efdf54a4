"""Chapter 7's player: one entry of dy at a time goes back through a layer.

A backward pass is linear in dy. So the layer is sent dy with all entries but one set to 0, and what it
returns is that entry's share; the shares add up to what it returns for the whole of dy.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from course_lib import nn
from course_lib.widgets.frame import Frame
from course_lib.widgets.grid import CSS, WIDTH, Grid, drawing, entry, in_words, number, sign
from course_lib.widgets.stepper import tracks

__all__ = ["Backward", "Share", "backward_stepper", "draw", "examples", "frames", "record"]

NAME, CELL = 26, 32                          # room for a name above an array; a cell
SECOND = 176                                 # where the arrays of what has come together so far begin


@dataclass(frozen=True)
class Share:
    """What one entry of dy makes a layer return.

    Attributes
    ----------
    entry : (row, column)
        Which entry of dy, as it is drawn.
    message : float
        The entry.
    dx, dW, db : arrays as they are drawn
        The entry's shares; dW and db are None where nothing learns.
    """

    entry: tuple[int, int]
    message: float
    dx: np.ndarray
    dW: np.ndarray | None
    db: np.ndarray | None


@dataclass(frozen=True)
class Backward:
    """A layer's way back, entry by entry.

    Attributes
    ----------
    layer : Layer
        After `forward(x)`.
    x, y, dy : arrays as they are drawn, (rows, columns)
    shares : list of Share
        One for each entry of dy, in reading order.
    """

    layer: nn.Layer
    x: np.ndarray
    y: np.ndarray
    dy: np.ndarray
    shares: list[Share]

    def sofar(self, count: int, name: str) -> np.ndarray | None:
        """The sum of the first `count` shares of "dx", "dW" or "db"."""
        shares = [getattr(share, name) for share in self.shares]
        if shares[0] is None:
            return None
        return sum(shares[:count], np.zeros_like(shares[0]))


def record(layer: nn.Layer, x, dy) -> Backward:
    """Send x forward through the layer, then dy back, one entry at a time.

    Parameters
    ----------
    layer : Layer
        `nn.Linear` or `nn.ReLU`, or `nn.MaxPool2D` or `nn.Conv2D` on one picture of one channel.
    x, dy : arrays
        As the layer wants them.
    """
    if type(layer) not in ABOUT:
        raise ValueError(f"the player can explain {', '.join(kind.__name__ for kind in ABOUT)}; got {layer}")
    x, dy = np.asarray(x, float), np.asarray(dy, float)
    y, shares = layer.forward(x), []
    side = getattr(layer, "k", None)
    for index in np.ndindex(dy.shape):
        alone = np.zeros_like(dy)
        alone[index] = dy[index]
        shares.append(Share(tuple(index[i] for i in _axes(dy)), dy[index],
                            _flat(layer.backward(alone)), *_learned(layer, side)))
    whole = _flat(layer.backward(dy)), *_learned(layer, side)
    for name, all_at_once in zip(("dx", "dW", "db"), whole):
        together = Backward(layer, x, y, dy, shares).sofar(len(shares), name)
        if together is not None and not np.allclose(together, all_at_once):
            raise ValueError(f"{layer}: the shares of {name} do not add up to what backward(dy) returns, "
                             "so its backward pass is not linear in dy")
    return Backward(layer, _flat(x), _flat(y), _flat(dy), shares)


def _learned(layer, side):
    """dW and db as they are drawn; a convolution's filter as the square that slides."""
    if not layer.params:
        return None, None
    return layer.dW.reshape(side, side) if side else layer.dW.copy(), layer.db.copy()


def _axes(array):
    """Which axes of a picture (1, H, W, 1) or of columns (features, N) are drawn."""
    return (1, 2) if array.ndim == 4 else (0, 1)


def _flat(array):
    """A picture (1, H, W, 1) or columns (features, N) as rows and columns."""
    if array.ndim == 4 and array.shape[0] == array.shape[3] == 1:
        return array[0, :, :, 0].copy()
    if array.ndim == 2:
        return array.copy()
    raise ValueError(f"only columns (features, N) or one picture (1, H, W, 1) can be drawn; got {array.shape}")


def examples() -> dict[str, tuple[nn.Layer, np.ndarray, np.ndarray]]:
    """The layers of chapter 7 on small numbers: {name: (layer, x, dy)}, four entries of dy each."""
    def learned(layer, W):
        layer.W = np.array(W, float)
        return layer

    def picture(*rows):
        return np.array(rows, float)[None, :, :, None]

    nine = picture([1, 2, 0], [0, 3, 1], [2, 0, 1])
    sixteen = picture([1, 3, 0, 0], [2, 1, 0, 0], [-4, -1, 5, 2], [-3, -2, 0, 6])
    tens = picture([10, 20], [30, 40])
    return {
        "Linear": (learned(nn.Linear(3, 2, dtype=np.float64), [[1, 2, 0], [3, 4, -1]]),
                   [[1, 2], [0, 1], [3, -1]], [[1, 2], [-1, 3]]),
        "ReLU": (nn.ReLU(), [[2, -1], [0.5, 0]], [[10, 20], [30, 40]]),
        "Max-pool": (nn.MaxPool2D(2), sixteen, tens),
        "Max-pool, stride 1": (nn.MaxPool2D(2, stride=1), nine, tens),
        "Convolution": (learned(nn.Conv2D(1, 1, 2, dtype=np.float64), [[1, -1, 2, 0]]),
                        nine, picture([1, 2], [-1, 3]))}


# ---------------------------------------------------------------- players and frames

def backward_stepper(layers: Mapping[str, tuple]):
    """A player that sends dy back entry by entry, with a button for each layer.

    Parameters
    ----------
    layers : mapping
        From what a button says to (layer, x, dy), with as many entries in every dy. See `examples`.

    Returns
    -------
    Player
    """
    return tracks({name: frames(record(*given)) for name, given in layers.items()}, "Layer", css=CSS,
                  slider="Entry of dy")


def frames(run: Backward) -> list[Frame]:
    """One frame before anything is sent, then one for each entry of dy."""
    formula, sentence = ABOUT[type(run.layer)](run, None)
    made = [Frame(draw(run, 0), "Forward is done, nothing sent back yet", formula, sentence, "backward")]
    for count, share in enumerate(run.shares, 1):
        formula, sentence = ABOUT[type(run.layer)](run, share)
        phase = f"Entry {count} of {len(run.shares)}: {entry('dy', *share.entry)} = {number(share.message)}"
        if count == len(run.shares):
            sums = "the sum is the dx" if share.dW is None else "the sums are the dx, dW and db"
            sentence += f" All sent: {sums} that backward(dy) gives for the whole of dy at once."
        made.append(Frame(draw(run, count), phase, formula, sentence, "backward"))
    return made


def draw(run: Backward, count: int) -> str:
    """The arrays after `count` entries: given above, then each gradient, this share left of all so far."""
    share = run.shares[count - 1] if count else None
    given, top = _given(run, count), NAME
    parts, words = [], []
    for grid, now, boxes in given:
        sent = [s.entry for s in run.shares[:count - 1]] if grid.name == "dy" else []
        parts += [grid.svg(now, sent), *boxes]
        words.append(f"{grid.name}: {in_words(grid.array)}.")
    top = max(grid.bottom for grid, *_ in given) + NAME + 12
    for names in (("dx",), ("dW", "db")) if run.shares[0].dW is not None else (("dx",),):
        rows, said, top = _gathered(run, count, names, top)
        parts += rows
        words += said
    at = f"The entry of dy in row {share.entry[0]}, column {share.entry[1]} is at work." if share else ""
    return drawing(parts, top - NAME - 4, " ".join([at, *words]).strip())


def _given(run, count):
    """x, W and dy side by side, each with the cells at work and outlines around them."""
    share = run.shares[count - 1] if count else None
    x_box, w_box = PARTS[type(run.layer)](run, share) if share else (None, None)
    arrays = [(run.x, "x", "data", x_box)]
    if run.layer.params:
        k = getattr(run.layer, "k", None)
        arrays.append((run.layer.W.reshape(k, k) if k else run.layer.W, "W", "weight", w_box))
    arrays.append((run.dy, "dy", "backward", (*share.entry, 1, 1) if share else None))
    gap = min(44, (WIDTH - sum(a.shape[1] for a, *_ in arrays) * CELL) / (len(arrays) - 1))
    left, made = 0, []
    for array, name, kind, box in arrays:
        grid = Grid(array, name, kind, left, NAME, CELL)
        cells = [] if box is None else _cells(*box)
        made.append((grid, cells, [] if box is None else [grid.box(*box)]))
        left = grid.right + gap
    return made


def _gathered(run, count, names, top):
    """A row of the drawing: the shares of `names`, and their sums so far."""
    share, parts, words, bottom = run.shares[count - 1] if count else None, [], [], top
    right = SECOND
    for i, name in enumerate(names):
        total = run.sofar(count, name)
        after = Grid(total, f"{name} so far" if i == 0 else name, "backward", right, top, CELL)
        changed = [] if share is None else _where(getattr(share, name))
        parts.append(after.svg(changed, _where(total == 0)))
        words.append(f"{name} so far: {in_words(total)}.")
        right, bottom = after.right + 40, max(bottom, after.bottom)
        if i == 0:
            shown, said = _alone(share, name, total.shape, top, changed)
            parts, words = parts + shown, words + [said]
    return parts, words, bottom + NAME + 12


def _alone(share, name, shape, top, changed):
    """One entry's share by itself, with an arrow to the sums, and what it is in words."""
    alone = np.full(shape, np.nan) if share is None else getattr(share, name)
    before = Grid(alone, f"{name}: its share", "backward", 0, top, CELL)
    shown = [before.svg(changed, _where(alone == 0)),
             sign("→", (before.right + SECOND) / 2, (top + before.bottom) / 2)]
    return shown, "" if share is None else f"This entry’s share of {name}: {in_words(alone)}."


def _where(mask):
    return [tuple(at) for at in np.argwhere(mask)]


def _cells(row, column, height, width):
    return [(row + i, column + j) for i in range(height) for j in range(width)]


# ---------------------------------------------------------------- what each layer does, in words

def _linear(run, share):
    if share is None:
        return ("dx = Wᵀ dy, dW = dy xᵀ",
                "Two images, one in each column of x and of dy. Before you go on: which entries of dx will the "
                "first entry of dy reach, and which of dW?")
    (o, n), m = share.entry, _bracket(share.message)
    return (f"dx += {m} · row {o} of W, dW += {m} · column {n} of x, db[{o}] += {m}",
            f"Output {o} of image {n} was made from row {o} of W and column {n} of x. On the way back each gets "
            f"the other: column {n} of dx the row, row {o} of dW the column, both times {number(share.message)}.")


def _relu(run, share):
    if share is None:
        return ("dx = dy · [x > 0]",
                "Each number goes its own way. Before you go on: what becomes of the last message, where x is "
                "exactly 0?")
    m, through = number(share.message), int(share.dx.any())
    x = run.x[share.entry]
    why = ("is above 0, so y moves with x, and the message passes" if x > 0 else
           "is below 0: y does not move with x, and the message stops" if x < 0 else
           "is on the kink. There is no right answer, and the convention says: nothing passes")
    return (f"{entry('dx', *share.entry)} = {m} · {through} = {number(share.dx[share.entry])}",
            f"Here x = {number(x)} {why}.")


def _pool(run, share):
    if share is None:
        return ("dx at the winner += dy",
                "The largest number of each window went through, and for each window a message comes back. Before you "
                "go on, find the pixels that will get them.")
    winner = tuple(np.argwhere(share.dx)[0])
    r, c, k, _ = PARTS[nn.MaxPool2D](run, share)[0]
    seen, m = run.x[r:r + k, c:c + k].ravel(), number(share.message)
    held = ", ".join(number(v) for v in seen)
    earlier = [s.message for s in run.shares[:run.shares.index(share)] if s.dx[winner]]
    if (equals := int((seen == seen.max()).sum())) > 1:
        words = (f"The window held {held}: {equals} share the first place. The first of them in reading order "
                 f"gets all of the {m}, the others nothing.")
    else:
        words = f"The window held {held}. The {number(seen.max())} went through, and gets all of the {m}."
    if earlier:
        sum_ = " + ".join(map(number, [*earlier, share.message]))
        words += f" It has won before, and its messages add up: {sum_} = {number(sum(earlier) + share.message)}."
    return f"{entry('dx', *winner)} += {m}", words


def _convolution(run, share):
    if share is None:
        return ("dcols = Wᵀ dy, dW = dy colsᵀ",
                "Each entry of dy belongs to one place of the window. Before you go on: which pixel of x will get a "
                "share of all four messages?")
    r, c, k, _ = PARTS[nn.Conv2D](run, share)[0]
    patch, m = ", ".join(number(v) for v in run.x[r:r + k, c:c + k].ravel()), _bracket(share.message)
    words = (f"This output was the filter times the patch {patch}. On the way back each gets the other: the pixels "
             f"of the patch get the filter times {number(share.message)}, the filter gets the patch times "
             f"{number(share.message)}.")
    before = sum((s.dx != 0).astype(int) for s in run.shares[:run.shares.index(share)])
    if np.any((share.dx != 0) & (before > 0)):
        words += " Where windows overlap, shares add up."
    return f"dx under the window += {m} · W, dW += {m} · patch, db += {m}", words


def _window(run, share):
    """The window of x that an entry of dy belongs to, as (row, column, height, width)."""
    layer = run.layer
    if layer.pad:
        raise ValueError(f"{layer}: only layers without padding can be drawn")
    r, c = share.entry
    return r * layer.stride, c * layer.stride, layer.k, layer.k


#: For each kind of layer: the formula and the sentence of an entry, or of the start
ABOUT = {nn.Linear: _linear, nn.ReLU: _relu, nn.MaxPool2D: _pool, nn.Conv2D: _convolution}

#: For each kind of layer: which cells of x and of W an entry of dy was made from
PARTS = {nn.Linear: lambda run, share: ((0, share.entry[1], len(run.x), 1),
                                        (share.entry[0], 0, 1, run.layer.W.shape[1])),
         nn.ReLU: lambda run, share: ((*share.entry, 1, 1), None),
         nn.MaxPool2D: lambda run, share: (_window(run, share), None),
         nn.Conv2D: lambda run, share: (_window(run, share), (0, 0, run.layer.k, run.layer.k))}


def _bracket(value):
    text = number(value)
    return f"({text})" if value < 0 else text
