// What happens in a circuit, in the words of course_lib.circuit.

import { RULES, run, step } from "./circuit.js";

/** Four significant digits as course_lib.circuit.number prints them (Python's format .4g). */
export function number(x) {
  if (x === 0) return "0";
  if (!Number.isFinite(x)) return Number.isNaN(x) ? "nan" : x > 0 ? "inf" : "−inf";
  let [digits, power] = Math.abs(x).toExponential(3).split("e");
  // A tie goes up in JavaScript and to the even digit in Python: 0.28125 is printed 0.2812.
  const exact = Math.abs(x).toExponential(100);
  if (/^\d\.\d\d[02468]50*e/.test(exact)) [digits, power] = [exact.slice(0, 5), exact.split("e")[1]];
  power = Number(power);
  const short = (text) => (text.includes(".") ? text.replace(/\.?0+$/, "") : text);
  const text = power >= -4 && power < 4 ? short(Number(`${digits}e${power}`).toFixed(3 - power))
    : `${short(digits)}e${power < 0 ? "−" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;
  return x < 0 ? `−${text}` : text;
}

export const bracket = (text) => (text.startsWith("−") ? `(${text})` : text);

const GATE_NAMES = { "+": "The sum", "−": "The difference", "×": "The product",
  "power": "The power", "σ": "The sigmoid" };

/** What step `k` does: where we are, the arithmetic, the sentence. After the last step: everything. */
export function describe(circuit, result, k) {
  const { nodes, steps } = circuit, at = steps[k], out = nodes.at(-1).name;
  const ahead = steps.filter(({ phase }) => phase === "forward").length;
  if (!at) return everything(circuit, result);
  if (at.phase === "inputs")
    return { phase: "Start: what is given", tone: "", formula: given(circuit, result),
      sentence: "The inputs and weights are given; every gate waits for its numbers." };
  if (at.phase === "forward")
    return { phase: `Forward, ${k} of ${ahead}`, tone: "forward", ...forwardWords(nodes, result, at.gate) };
  const where = { phase: `Backward, ${k - ahead} of ${steps.length - 1 - ahead}`, tone: "backward" };
  if (at.phase === "seed")
    return { ...where, formula: `∂${out}/∂${out} = 1`, sentence: "Now backward. A small change of "
      + `${out} changes ${out} by just as much: the gradient starts at 1.` };
  return { ...where, ...backwardWords(nodes, result, at.gate, at.input) };
}

function given({ nodes }, { values }) {
  return nodes.map((node, i) => [node, values[i]]).filter(([node]) => !node.op && node.kind !== "constant")
    .map(([node, value]) => `${node.name} = ${number(value)}`).join(", ");
}

function everything({ nodes }, { grads }) {
  const out = nodes.at(-1).name;
  const slopes = nodes.map((node, i) => [node, grads[i]]).filter(([node]) => node.kind === "weight");
  return { phase: "Both passes done", tone: "",
    formula: slopes.map(([node, slope]) => `∂${out}/∂${node.name} = ${number(slope)}`).join(", "),
    sentence: "Each gradient is the one further down the wire times the local derivative, the number "
      + "after ×, of the gate between them." };
}

function forwardWords(nodes, { values }, i) {
  const node = nodes[i], names = node.parents.map((parent) => nodes[parent].name);
  const numbers = node.parents.map((parent) => number(values[parent])), value = number(values[i]);
  const inputs = names.map((name, k) => (name === numbers[k] ? name : `${name} = ${numbers[k]}`));
  return { formula: `${node.name} = ${written(node, names)} = ${written(node, numbers)} = ${value}`,
    sentence: `${GATE_NAMES[node.op]} takes ${inputs.join(" and ")}, and gives ${node.name} = ${value}.` };
}

function backwardWords(nodes, { values, local, grads }, i, k) {
  const node = nodes[i], parent = nodes[node.parents[k]], out = nodes.at(-1).name;
  const [v, p, total] = [node.name, parent.name, grads[node.parents[k]]];
  const formula = `∂${out}/∂${p} = ∂${out}/∂${v} × ∂${v}/∂${p} = ${number(grads[i])} × `
    + `${bracket(number(local[i][k]))} = ${number(total)}`;
  const factor = Math.abs(total) === 1 ? "just as much" : `${number(Math.abs(total))} times as much`;
  const effect = total === 0 ? `A small change of ${p} would leave ${out} as it is.`
    : `If ${p} grew by a little, ${out} would ${total > 0 ? "grow" : "fall"} ${factor}.`;
  return { formula, sentence: `${rule(nodes, values, local, i, k)} ${effect}` };
}

function rule(nodes, values, local, i, k) {
  const node = nodes[i], p = nodes[node.parents[k]].name, by = number(local[i][k]);
  switch (node.op) {
    case "+": return "A sum hands the gradient on unchanged.";
    case "−": return local[i][k] < 0
      ? `A difference turns the sign of the gradient for what it takes away, ${p}.`
      : `A difference hands the gradient on unchanged to what comes first, ${p}.`;
    case "×": {
      const other = nodes[node.parents[1 - k]].name;
      return "A product multiplies the gradient by its other factor, "
        + (other === by ? `${other}.` : `${other} = ${by}.`);
    }
    case "σ": return `The sigmoid multiplies the gradient by its slope, ${node.name}·(1 − ${node.name}) = ${by}.`;
    default: return `The power multiplies the gradient by its slope, ${number(node.exponent)}·${p}^`
      .concat(`${number(node.exponent - 1)} = ${by}.`).replace("^1 ", " ").replace("^2 ", "² ");
  }
}

function written(node, inputs) {
  if (node.op === "σ") return `σ(${inputs[0]})`;
  if (node.op !== "power") return `${inputs[0]} ${node.op} ${bracket(inputs[1])}`;
  return bracket(inputs[0]) + ({ 2: "²", 3: "³" }[node.exponent] ?? `^${number(node.exponent)}`);
}

/** What one step by a rule does to the weight of the picture and to the loss, from `numbers`. */
export function outcome(circuit, numbers, guess, against, rule) {
  const before = run(circuit, numbers, guess), after = step(circuit, numbers, guess, rule);
  const i = circuit.nodes.findIndex((node) => node.key === against), { name } = circuit.nodes[i];
  const loss = run(circuit, after, guess).loss, out = circuit.nodes.at(-1).name;
  const is = rule === "writeup" ? "“=”" : "="; // the write-up's arithmetic, as it stands there
  const others = circuit.nodes.filter(({ key, kind }) => kind === "weight" && key !== against && after[key] !== numbers[key])
    .map((node) => `, and ${node.name} = ${number(after[node.key])}`).join("");
  const arithmetic = `${name} = ${number(numbers[against])} − ${number(numbers.rate)} × `
    + `${bracket(number(before[RULES[rule].of][i]))} ${is} ${number(after[against])}${others}`;
  return { after, loss, arithmetic, effect: change(out, before.loss, loss) };
}

function change(out, before, after) {
  if (after === before) return `${out} stays at ${number(before)}.`;
  return `${out} ${after < before ? "falls" : "rises"} by ${number(Math.abs(after - before))}, to ${number(after)}.`;
}

/** Whether the write-up's two mistakes cancel here, in words: is the guess above the target or below? */
export function verdict(circuit, numbers, guess, against) {
  const { grads, guessGrads } = run(circuit, numbers, guess);
  const i = circuit.nodes.findIndex((node) => node.key === against);
  const f = circuit.nodes.find((node) => node.key === guess).name;
  const out = circuit.nodes.at(-1).name, { name } = circuit.nodes[i];
  if (grads[i] === 0 || guessGrads[i] === 0) return `${name} has no gradient to descend here.`;
  const ratio = Math.abs(grads[i] / guessGrads[i]);
  const size = Math.abs(ratio - 1) < 5e-4 ? "just as long as"
    : ratio > 1 ? `${number(ratio)} times shorter than` : `${number(1 / ratio)} times longer than`;
  return grads[i] * guessGrads[i] < 0
    ? `The slopes of ${out} and ${f} differ in sign here, so the lost minus turns the write-up’s step `
      + `the right way round: two mistakes cancel. It is ${size} the step down ${out}.`
    : `Here ${out} rises with ${f}, so ${f} has to fall, and the right step turns round. The write-up’s does `
      + "not: the target does not occur in it. Nothing cancels now.";
}
