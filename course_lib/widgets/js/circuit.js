// What course_lib.circuit computes, in the same order: gates forward, the chain rule backward, a step of descent.
//
// The circuit comes from Python as data (course_lib/widgets/explorer.py): its gates in the order of the
// forward pass, and the steps of its recorded trace.

function sigmoid(z) {
  if (z >= 0) return 1 / (1 + Math.exp(-z));
  const e = Math.exp(z); // never asked for a power above 1: nothing overflows
  return e / (1 + e);
}

// Each gate: [its value, its local derivatives, one per input].
const GATES = {
  "+": ([a, b]) => [a + b, [1, 1]],
  "−": ([a, b]) => [a - b, [1, -1]],
  "×": ([a, b]) => [a * b, [b, a]],
  "σ": ([a]) => { const s = sigmoid(a); return [s, [s * (1 - s)]]; },
  "power": ([a], n) => [a ** n, [n === 0 ? 0 : n * a ** (n - 1)]],
};

/** Every node's value and local derivatives, with the inputs and weights in `given`. */
export function forward(nodes, given) {
  const values = [], local = [];
  for (const node of nodes) {
    const inputs = node.parents.map((parent) => values[parent]);
    const [value, slopes] = node.op ? GATES[node.op](inputs, node.exponent)
      : [node.kind === "constant" ? node.value : given[node.key], []];
    values.push(value);
    local.push(slopes);
  }
  return { values, local };
}

/** The gradient of node number `output` for every node: the chain rule, one product per wire. */
export function backward(nodes, local, output) {
  const grads = nodes.map((_, i) => (i === output ? 1 : 0));
  for (let i = output; i >= 0; i--)
    nodes[i].parents.forEach((parent, k) => { grads[parent] += grads[i] * local[i][k]; });
  return grads;
}

/** Forward and backward: also from the guess f, whose gradient the write-up took for the loss's. */
export function run({ nodes }, given, guess) {
  const { values, local } = forward(nodes, given);
  const f = nodes.findIndex((node) => node.key === guess);
  return { values, local, loss: values.at(-1), grads: backward(nodes, local, nodes.length - 1),
    guessGrads: backward(nodes, local, f) };
}

// Three ways to take a step: whose gradient, and the sign in front of the learning rate.
export const RULES = {
  loss: { of: "grads", sign: -1 },
  writeup: { of: "guessGrads", sign: +1 }, // it says minus, and its arithmetic drops it
  mended: { of: "guessGrads", sign: -1 },
};

/** The numbers after one step of gradient descent by a rule: every weight moves at once. */
export function step(circuit, given, guess, rule = "loss") {
  const result = run(circuit, given, guess), { of, sign } = RULES[rule], moved = { ...given };
  circuit.nodes.forEach((node, i) => {
    if (node.kind === "weight") moved[node.key] = given[node.key] + sign * given.rate * result[of][i];
  });
  return moved;
}
