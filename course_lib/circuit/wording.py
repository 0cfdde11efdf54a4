"""How a circuit speaks: its numbers, its names, and each step of a run as arithmetic and as a sentence."""

from __future__ import annotations

GATES = {"+": "The sum", "−": "The difference", "×": "The product", "÷": "The quotient",
          "power": "The power", "σ": "The sigmoid", "tanh": "The tanh", "relu": "The ReLU",
          "exp": "The exponential", "log": "The logarithm"}
_BELOW = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def number(x: float) -> str:
    """Four significant digits, a real minus sign, and no −0: how the book prints numbers."""
    return "0" if x == 0 else f"{x:.4g}".replace("-", "−")


def bracket(text: str) -> str:
    """A negative number in brackets, as it stands after an operator."""
    return f"({text})" if text.startswith("−") else text


def subscript(name: str) -> str:
    """w2 as the book sets it: w₂."""
    letters = name.rstrip("0123456789")
    return letters + name[len(letters):].translate(_BELOW) if letters else name


def names_of(nodes) -> dict:
    """A name for every node: its own, its number if it is a constant, else v1, v2, ..."""
    names, taken = {}, {node.name for node in nodes}
    count = 0
    for node in nodes:
        if node.name:
            names[node] = subscript(node.name)
        elif node.kind == "constant":
            names[node] = number(node.value)
        else:
            count += 1
            while f"v{count}" in taken:
                count += 1
            names[node] = subscript(f"v{count}")
    return names


def written(node, inputs) -> str:
    """The operation of `node` written out with the given texts as inputs."""
    if node.op in ("+", "−", "×", "÷"):
        first, second = inputs
        return f"{first} {node.op} {bracket(second)}"
    if node.op == "power":
        power = {2: "²", 3: "³"}.get(node.exponent, f"^{number(node.exponent)}")
        return f"{bracket(inputs[0])}{power}"
    return f"{node.op}({inputs[0]})"


def forward_step(node, names: dict) -> tuple[str, str]:
    """What a gate does on the way forward: formula and sentence."""
    inputs = [names[p] for p in node.parents]
    numbers = [number(p.value) for p in node.parents]
    name, result = names[node], number(node.value)
    given = " and ".join(i if i == n else f"{i} = {n}" for i, n in zip(inputs, numbers))
    return (f"{name} = {written(node, inputs)} = {written(node, numbers)} = {result}",
            f"{GATES[node.op]} takes {given}, and gives {name} = {result}.")


def backward_step(node, parent, local: float, of: tuple[int, int], names: dict, out: str) -> tuple[str, str]:
    """What goes back over one edge, as formula and sentence: the `of[0]`-th of the `of[1]` uses of `parent` pays in."""
    v, p, upstream, total = names[node], names[parent], node.grad, parent.grad
    product = f"{number(upstream)} × {bracket(number(local))}"
    if of[0] == 1:
        formula = f"∂{out}/∂{p} = ∂{out}/∂{v} × ∂{v}/∂{p} = {product} = {number(total)}"
    else:
        formula = f"∂{out}/∂{p} = {bracket(number(total - upstream * local))} + {product} = {number(total)}"
    return formula, f"{rule(node, parent, local, names)} {_effect(p, total, of, out)}"


def _effect(p: str, total: float, of: tuple[int, int], out: str) -> str:
    """What the gradient collected so far says of `p`."""
    paid, uses = of
    if uses > 1:
        return (f"{p} is used {uses} times, and the gradients of its uses add up: "
                f"{number(total)} after {paid} of {uses}.")
    if total == 0:
        return f"A small change of {p} would leave {out} as it is."
    direction = "grow" if total > 0 else "fall"
    factor = "just as much" if abs(total) == 1 else f"{number(abs(total))} times as much"
    return f"If {p} grew by a little, {out} would {direction} {factor}."


def rule(node, parent, local: float, names: dict) -> str:
    """What the gate `node` does to the gradient on its way to `parent`, as a sentence."""
    v, p, by = names[node], names[parent], number(local)
    if node.op == "×":
        first, second = node.parents
        other = names[second if parent is first else first]
        return ("A product multiplies the gradient by its other factor, "
                + (f"{other}." if other == by else f"{other} = {by}."))
    if node.op == "−":
        if local < 0:
            return f"A difference turns the sign of the gradient for what it takes away, {p}."
        return f"A difference hands the gradient on unchanged to what comes first, {p}."
    return {
        "+": "A sum hands the gradient on unchanged.",
        "÷": f"The quotient reacts to {p} with the slope {by}, and multiplies the gradient by it.",
        "power": f"The power multiplies the gradient by its slope, "
                 f"{number(node.exponent or 0)}·{p}^{number((node.exponent or 0) - 1)} = {by}."
                 .replace("^1 ", " ").replace("^2 ", "² "),
        "σ": f"The sigmoid multiplies the gradient by its slope, {v}·(1 − {v}) = {by}.",
        "tanh": f"Tanh multiplies the gradient by its slope, 1 − {v}² = {by}.",
        "relu": f"ReLU lets the gradient pass where its input is positive, else it stops it: "
                f"here times {by}.",
        "exp": f"The exponential multiplies the gradient by itself, {v} = {by}.",
        "log": f"The logarithm multiplies the gradient by 1/{p} = {by}.",
    }[node.op]
