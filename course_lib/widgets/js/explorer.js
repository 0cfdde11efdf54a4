// The circuit explorer: a circuit whose numbers the reader changes.
//
// The circuit comes from Python as data (course_lib/widgets/explorer.py): its gates in the order of
// the forward pass, the steps of its recorded trace, and a drawing with empty labels. This file
// computes what course_lib.circuit computes, in the same order, and says it in the same words.

import { button, h } from "./elements.js";

// ---------------------------------------------------------------- arithmetic

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

// ---------------------------------------------------------------- words

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

const bracket = (text) => (text.startsWith("−") ? `(${text})` : text);

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

// ---------------------------------------------------------------- the picture of the loss

const PLOT = { left: 52, right: 330, top: 30, bottom: 206, width: 340, height: 252 };

/** The distance between the round numbers of an axis, of which about five fit in. */
function roundGap(low, high) {
  const raw = (high - low) / 4, base = 10 ** Math.floor(Math.log10(raw));
  return [1, 2, 5, 10].find((m) => m * base >= raw * (1 - 1e-9)) * base;
}

/** The round numbers from `low` to `high`. */
function ticks(low, high) {
  const gap = roundGap(low, high), [first, last] = [Math.ceil(low / gap - 1e-9), Math.floor(high / gap + 1e-9)];
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * gap).toPrecision(12)));
}

/** From below the smallest number to above the largest, with a share of room, ending on round numbers. */
function roomy(numbers, share) {
  const least = Math.min(...numbers), most = Math.max(...numbers);
  const readable = 4e-3 * Math.max(Math.abs(least), Math.abs(most), 0.01); // so that the labels differ
  const room = share * (most - least) + Math.max(0, readable - (most - least)) / 2;
  const gap = roundGap(least - room, most + room);
  return [Math.floor((least - room) / gap + 1e-9) * gap, Math.ceil((most + room) / gap - 1e-9) * gap];
}

/** L over one weight as SVG: the curve, its tangent here, the steps so far, where rules would land. */
export function picture({ lossAt, ghostAt, here, slope, walk, landings, axis, name, out, words }) {
  const seen = [here, ...landings], zoomed = landings.length > 0;
  const range = zoomed ? roomy(seen.map(({ w }) => w), 0.5) : axis;
  const grid = Array.from({ length: 121 }, (_, i) => range[0] + ((range[1] - range[0]) * i) / 120);
  const curve = grid.map((w) => [w, lossAt(w)]), inside = ({ w }) => w >= range[0] && w <= range[1];
  const shown = walk.filter(inside);
  const heights = roomy([...curve.map(([, L]) => L), ...[...seen, ...shown].map(({ L }) => L)], 0.04);
  const x = (w) => PLOT.left + ((w - range[0]) / (range[1] - range[0])) * (PLOT.right - PLOT.left);
  const y = (L) => PLOT.bottom - ((L - heights[0]) / (heights[1] - heights[0])) * (PLOT.bottom - PLOT.top);
  const line = (points, look) => `<path class="${look}" d="M${points
    .map(([w, L]) => `${x(w).toFixed(2)} ${y(L).toFixed(2)}`).join("L")}"/>`;
  const reach = (range[1] - range[0]) * 0.3, tangent = [-reach, reach].map((d) => [here.w + d, here.L + slope * d]);
  const label = slope <= 0 ? { x: PLOT.right - 6, end: "end" } : { x: PLOT.left + 8, end: "" };
  const dot = ({ w, L, rule }, look, size) => marker(rule, x(w), y(L), size, look);
  return `<svg viewBox="0 0 ${PLOT.width} ${PLOT.height}" role="img" aria-label="${words}">`
    + axes(range, heights, x, y, name, out)
    + `<svg x="${PLOT.left}" y="${PLOT.top - 6}" width="${PLOT.right - PLOT.left}" height="${PLOT.bottom - PLOT.top + 12}"`
    + ` viewBox="${PLOT.left} ${PLOT.top - 6} ${PLOT.right - PLOT.left} ${PLOT.bottom - PLOT.top + 12}">`
    + (ghostAt ? line(grid.map((w) => [w, ghostAt(w)]), "ghost") : "") + line(curve, "curve")
    + line(tangent, "tangent") + (walk.length > 1 ? line(walk.map(({ w, L }) => [w, L]), "way") : "")
    + walk.slice(0, -1).map((point) => dot(point, "past", 3.5)).join("")
    + landings.map((point) => dot(point, "landing", 6)).join("") + dot(here, "here", 6) + "</svg>"
    + `<text class="gradient ${label.end}" x="${label.x}" y="${PLOT.top + 8}">∂${out}/∂${name} = ${number(slope)}</text></svg>`;
}

function axes(range, heights, x, y, name, out) {
  const across = ticks(...range).map((w) => `<path class="grid" d="M${x(w)} ${PLOT.top}V${PLOT.bottom}"/>`
    + `<text class="tick middle" x="${x(w)}" y="${PLOT.bottom + 19}">${number(w)}</text>`);
  const up = ticks(...heights).map((L) => `<path class="grid" d="M${PLOT.left} ${y(L)}H${PLOT.right}"/>`
    + `<text class="tick end" x="${PLOT.left - 7}" y="${y(L) + 5}">${number(L)}</text>`);
  return across.join("") + up.join("") + `<text class="axis middle" x="${(PLOT.left + PLOT.right) / 2}" `
    + `y="${PLOT.bottom + 41}">${name}</text><text class="axis end" x="${PLOT.left - 7}" y="16">${out}</text>`;
}

/** A round marker for the right rule, square ones for the write-up's. */
function marker(rule, x, y, size, look) {
  return rule === "loss" || !rule
    ? `<circle class="${look}" cx="${x.toFixed(2)}" cy="${y.toFixed(2)}" r="${size}"/>`
    : `<rect class="${look} ${rule}" x="${(x - size).toFixed(2)}" y="${(y - size).toFixed(2)}" `
      + `width="${2 * size}" height="${2 * size}"/>`;
}

// ---------------------------------------------------------------- the page

// Each part below makes its elements and returns them with `show`, which brings them up to date.
// `explorer` is the object made in `render`: the state, and what can be done to it.

/** A field for each input, each weight and the learning rate, and the choice of the loss. */
function numbersPart(explorer) {
  const problem = h("p", { className: "course-problem", hidden: true }), fields = new Map();
  for (const key of explorer.fields) fields.set(key, numberField(explorer, key, problem));
  const choice = h("select", {}, ...explorer.circuits.map(({ label }, i) => h("option", { value: i }, label)));
  choice.addEventListener("change", () => explorer.put("loss", Number(choice.value)));
  const loss = h("div", { className: "course-number" }, h("label", {}, h("span", {}, `${explorer.out}, the loss`), choice));
  const blocks = [...fields].map(([, { element }]) => element);
  blocks.splice(explorer.fields.findIndex((key) => explorer.find(key)?.kind === "weight"), 0, loss); // after the target
  blocks.push(h("div", { className: "course-number course-reset" }, button("Reset all", () => explorer.reset())));
  const show = () => {
    choice.value = explorer.now.loss;
    for (const field of fields.values()) field.show();
  };
  const mend = () => {
    problem.hidden = true;
    for (const field of fields.values()) field.mend();
  };
  return { elements: [h("div", { className: "course-numbers" }, ...blocks), problem], show, mend };
}

function numberField(explorer, key, problem) {
  const { name, kind } = explorer.find(key) ?? { name: "η", kind: "rate" };
  const low = kind === "rate" ? 0 : -explorer.limit, high = explorer.limit;
  const what = { rate: "learning rate", weight: "weight" }[kind] ?? (key === "t" ? "target" : "input");
  const field = h("input", { type: "number", step: "0.1", min: low, max: high });
  const element = h("div", { className: "course-number" },
    h("label", {}, h("span", { className: kind }, `${name}, ${what}`), field));
  const mend = () => { field.ariaInvalid = null; };
  const read = (finished) => {
    const value = field.valueAsNumber;
    if (value >= low && value <= high) {
      mend();
      problem.hidden = true;
      explorer.put(key, value);
    } else if (finished) { // until then somebody may still be typing
      field.ariaInvalid = "true";
      problem.hidden = false;
      problem.textContent = `${name} takes a number from ${number(low)} to ${high}, for example 0.5; `
        + `${field.value || "what stands there"} is not one of them. Until then ${name} stays ${number(explorer.now[key])}.`;
      explorer.say(problem.textContent);
    }
  };
  field.addEventListener("input", () => read(false));
  field.addEventListener("change", () => read(true));
  const show = () => {
    const stands = field.valueAsNumber === explorer.now[key] || field.ariaInvalid === "true";
    if (!stands) field.value = String(Number(explorer.now[key].toPrecision(4))); // leave "0.50" as typed
  };
  return { element, show, mend };
}

const STEP_TIME = 2500; // milliseconds a step stays while playing

/** Play, back, next and a slider over the steps. */
function stepsPart(explorer) {
  let playing = 0;
  const stop = () => {
    clearInterval(playing);
    playing = 0;
    play.textContent = "Play";
  };
  const start = () => {
    playing = setInterval(() => (explorer.k < explorer.last ? explorer.go(explorer.k + 1) : stop()), STEP_TIME);
    play.textContent = "Pause";
    explorer.go(explorer.k < explorer.last ? explorer.k + 1 : 0);
  };
  const go = (k) => { stop(); explorer.go(k); };
  const play = button("Play", () => (playing ? stop() : start()));
  const back = button("Back", () => go(explorer.k - 1)), next = button("Next", () => go(explorer.k + 1));
  const slider = h("input", { type: "range", min: 0, step: 1 });
  slider.addEventListener("input", () => go(slider.valueAsNumber));
  const show = () => {
    const { k, last } = explorer;
    Object.assign(slider, { max: last, value: k, ariaValueText: `${k} of ${last}: ${explorer.words().phase}` });
    // Disabled for assistive technology only: a disabled button would drop the keyboard's focus.
    back.ariaDisabled = String(k === 0);
    next.ariaDisabled = String(k === last);
  };
  return { elements: [h("div", { className: "course-steps" }, play, back, next, h("label", {}, "Step", slider))], show, stop };
}

/** The step in words, and the circuit with what is known by then. */
function circuitPart(explorer) {
  const phase = h("p"), formula = h("p", { className: "course-formula" }), sentence = h("p", { className: "course-sentence" });
  const drawing = h("div", { className: "course-drawing course-circuit" });
  let drawn = null; // the circuit whose drawing stands in the page
  const show = () => {
    const words = explorer.words(), { circuit } = explorer;
    phase.className = `course-phase${words.tone && ` course-${words.tone}`}`;
    phase.textContent = words.phase;
    formula.replaceChildren(...pieces(words.formula));
    sentence.textContent = words.sentence.replaceAll(" = ", "\u00a0=\u00a0");
    if (drawn !== circuit) drawing.innerHTML = (drawn = circuit).drawing;
    fill(drawing.firstChild, circuit, explorer.result(), explorer.k);
  };
  return { elements: [h("div", { className: "course-words" }, phase, formula, sentence), drawing], show };
}

/** The formula in pieces that each stay on one line, as the steppers set it. */
function pieces(formula) {
  const list = formula.split(" = ").length > 2 && formula.includes(", ");
  const parts = list ? formula.split(", ") : formula.split(" = ").map((part, i) => (i ? `= ${part}` : part));
  return parts.flatMap((part, i) => [i ? (list ? ", " : " ") : "", h("span", { className: list ? "" : "stacked" }, part)]);
}

/** Which values and gradients are known after step `k`, as two sets of node numbers. */
function known({ nodes, steps }, k) {
  const values = new Set(nodes.flatMap((node, i) => (node.op ? [] : [i]))), grads = new Set();
  for (const { phase, gate, input } of steps.slice(0, k + 1)) {
    if (phase === "forward") values.add(gate);
    if (phase === "seed") grads.add(gate);
    if (phase === "backward") grads.add(nodes[gate].parents[input]);
  }
  return { values, grads };
}

/** Write the numbers known after step `k` into the drawing, and mark what is at work. */
function fill(svg, circuit, result, k) {
  const { nodes, steps } = circuit, out = nodes.at(-1).name, { values, grads } = known(circuit, k);
  const at = steps[k] ?? {}, forwards = at.phase === "forward";
  const direction = forwards ? "forward" : at.gate == null ? "" : "backward";
  const target = at.phase === "backward" ? nodes[at.gate].parents[at.input] : at.gate;
  const part = (name) => svg.querySelector(`[data-part="${name}"]`);
  const write = (name, text, isNew) => {
    part(name).textContent = text;
    part(name).classList.toggle("now", isNew);
  };
  nodes.forEach((node, i) => {
    const value = node.kind === "constant" ? node.name : `${node.name} = ${number(result.values[i])}`;
    write(`value ${i}`, values.has(i) ? value : "", i === target && forwards);
    write(`gradient ${i}`, grads.has(i) ? `∂${out}/∂${node.name} = ${number(result.grads[i])}` : "",
      i === target && !forwards);
    if (node.op) part(`gate ${i}`).setAttribute("class", at.gate === i ? `gate on-${direction}` : "gate");
    node.parents.forEach((_, j) => {
      const works = at.gate === i && (forwards || at.input === j), pays = works && !forwards;
      part(`wire ${i} ${j}`).setAttribute("class", works ? `wire on-${direction}` : "wire");
      part(`forward ${i} ${j}`).classList.toggle("off", !works || pays);
      part(`backward ${i} ${j}`).classList.toggle("off", !pays);
      write(`local ${i} ${j}`, pays || k === steps.length ? `×${bracket(number(result.local[i][j]))}` : "", pays);
      part(`local ${i} ${j}`).classList.toggle("gradient", pays);
    });
  });
  svg.setAttribute("aria-label", inWords(circuit, result, k, values, grads));
}

/** What the drawing shows, for those who hear it. */
function inWords(circuit, result, k, values, grads) {
  const { nodes } = circuit, out = nodes.at(-1).name;
  const list = nodes.flatMap(({ name, kind }, i) => (values.has(i) && kind !== "constant" ? [`${name} = ${number(result.values[i])}`] : []));
  const slopes = [...grads].map((i) => `${number(result.grads[i])} for ${nodes[i].name}`);
  return `The circuit of ${out}. Values: ${list.join(", ")}.`
    + (slopes.length ? ` Gradients of ${out}: ${slopes.join(", ")}.` : "")
    + ` This step: ${describe(circuit, result, k).formula}.`;
}

/** The loss against one weight, a slider for each weight, and the buttons that take steps. */
function learningPart(explorer) {
  const head = h("p", { className: "course-phase" }), told = h("p", { className: "course-told" });
  const plot = h("div", { className: "course-drawing course-plot" });
  // The weight of the picture first: its slider lies along the axis. Another one bends the curve.
  const keys = [explorer.against, ...explorer.weights.map(({ key }) => key).filter((key) => key !== explorer.against)];
  const sliders = keys.map((key) => weightSlider(explorer, key));
  const buttons = h("div", { className: "course-buttons" },
    button("Take a step", () => explorer.learn("loss"), { className: "course-main" }),
    button("Start again", () => explorer.again()));
  const show = () => {
    const scene = explorer.scene();
    head.textContent = scene.title;
    plot.innerHTML = picture(scene);
    told.textContent = explorer.told + (scene.moved && ` The thin curve is the one before this step: ${scene.moved} moved too.`);
    for (const slider of sliders) slider.show(scene.axis);
  };
  const element = h("div", { className: "course-learning" }, head, plot, ...sliders.map(({ element }) => element), buttons, told);
  return { elements: [element], show };
}

function weightSlider(explorer, key) {
  const slider = h("input", { type: "range", step: 0.01 }), { name } = explorer.find(key);
  slider.addEventListener("input", () => explorer.put(key, slider.valueAsNumber));
  const show = ([min, max]) => Object.assign(slider, { min, max, value: explorer.now[key], ariaValueText: number(explorer.now[key]) });
  return { element: h("label", { className: "course-weight-slider" }, h("span", { className: "weight" }, name), slider), show };
}

/** What the write-up's step would do from here, beside the right one. */
function comparisonPart(explorer) {
  const compare = h("input", { type: "checkbox" }), judged = h("p", { className: "course-verdict" });
  const rules = h("ul", { className: "course-rules" });
  const wrong = button("Take the write-up’s step", () => explorer.learn("writeup"));
  const shown = h("div", {}, rules, judged, wrong);
  const show = () => {
    compare.checked = explorer.comparing;
    shown.hidden = !explorer.comparing;
    if (!explorer.comparing) return;
    rules.replaceChildren(...explorer.outcomes().map(ruleItem));
    judged.textContent = explorer.verdict();
  };
  compare.addEventListener("change", () => {
    explorer.comparing = compare.checked;
    explorer.show();
    if (compare.checked) explorer.say(`${[...rules.children].map((item) => item.textContent).join(" ")} ${judged.textContent}`);
  });
  const element = h("div", { className: "course-comparison" },
    h("label", { className: "course-switch" }, compare, "Beside it: the write-up’s step"), shown);
  return { elements: [element], show };
}

const RULE_NAMES = { loss: "Down the loss", writeup: "The write-up", mended: "Its sign put back" };

function ruleItem({ rule, arithmetic, effect }) {
  const icon = h("span", { className: "course-marker" });
  icon.innerHTML = `<svg viewBox="-8 -8 16 16" aria-hidden="true">${marker(rule, 0, 0, 6, "landing")}</svg>`;
  return h("li", {}, icon, h("span", {}, h("strong", {}, `${RULE_NAMES[rule]}: `), `${arithmetic}. ${effect}`));
}

/** The state of one explorer on the page, and everything that can be done to it. */
class Explorer {
  constructor(model) {
    for (const name of ["circuits", "guess", "against", "limit", "first", "fields"]) this[name] = model.get(name);
    this.model = model;
    this.now = { ...model.get("now") };
    this.k = this.last;        // which step is shown; after the last one: everything
    this.start = this.now;     // where "start again" goes
    this.comparing = false;    // whether the write-up's step stands beside the right one
    this.voice = h("div", { className: "course-voice" });
    this.voice.setAttribute("role", "status");
    this.forget();
    const steps = stepsPart(this), numbers = numbersPart(this);
    this.parts = [numbers, steps, circuitPart(this), learningPart(this), comparisonPart(this)];
    this.stop = steps.stop;
    this.mend = numbers.mend;
    this.show();
  }

  get circuit() { return this.circuits[this.now.loss]; }
  get last() { return this.circuit.steps.length; }
  get out() { return this.circuit.nodes.at(-1).name; }
  get weights() { return this.circuit.nodes.filter(({ kind }) => kind === "weight"); }
  find(key) { return this.circuit.nodes.find((node) => node.key === key); }
  result(numbers = this.now) { return run(this.circuit, numbers, this.guess); }
  words() { return describe(this.circuit, this.result(), this.k); }
  outcome(rule) { return { rule, ...outcome(this.circuit, this.now, this.guess, this.against, rule) }; }
  outcomes() { return this.comparing ? Object.keys(RULES).map((rule) => this.outcome(rule)) : []; }
  verdict() { return verdict(this.circuit, this.now, this.guess, this.against); }
  slope(result) { return result.grads[this.circuit.nodes.indexOf(this.find(this.against))]; }

  show() {
    for (const part of this.parts) part.show();
  }

  say(text) {
    this.voice.textContent = text;
  }

  /** The numbers have changed: show it, say it, and tell the kernel if there is one. */
  changed(words) {
    this.k = Math.min(this.k, this.last);
    this.show();
    this.say(words);
    this.model.set("now", { ...this.now });
    this.model.save_changes();
  }

  go(k) {
    this.k = Math.max(0, Math.min(k, this.last));
    this.show();
    const { phase, formula, sentence } = this.words();
    this.say(`${phase}. ${formula}. ${sentence}`);
  }

  /** A number is changed by hand. */
  put(key, value) {
    if (this.now[key] === value) return;
    const everything = this.k === this.last;
    this.now = { ...this.now, [key]: value };
    if (everything) this.k = this.last;
    if (this.weights.some((node) => node.key === key)) this.start = this.now;
    if (key !== "rate") this.forget();
    const { loss, ...result } = this.result();
    this.changed(`${this.out} = ${number(loss)}, ∂${this.out}/∂${this.find(this.against).name} = ${number(this.slope(result))}`);
  }

  /** Steps taken with other numbers are forgotten: they lie on another curve. */
  forget() {
    this.walk = [{ ...this.point(this.now), numbers: this.now }];
    this.told = `${this.out} = ${number(this.result().loss)}. No step taken yet.`;
  }

  point(numbers) {
    return { w: numbers[this.against], L: this.result(numbers).loss };
  }

  learn(rule) {
    const { after, effect } = this.outcome(rule), before = this.now;
    this.now = after;
    this.walk.push({ ...this.point(after), numbers: after, rule });
    const moves = this.weights.map(({ key, name }) => `${name} ${number(before[key])} → ${number(after[key])}`);
    const whose = rule === "writeup" ? ", the write-up’s" : "";
    this.told = `Step ${this.walk.length - 1}${whose}: ${moves.join(", ")}. ${effect}`;
    this.changed(this.told);
  }

  again() {
    for (const { key } of this.weights) this.now = { ...this.now, [key]: this.start[key] };
    this.forget();
    this.changed(this.told);
  }

  reset() {
    this.stop();
    this.mend();
    this.now = this.start = { ...this.first };
    this.k = this.last;
    this.forget();
    this.changed(this.told);
  }

  /** What the picture of the loss shows: the curve through the present point, and the one before. */
  scene() {
    const here = this.result(), { name } = this.find(this.against), { out } = this;
    const lossAt = (numbers) => (w) => this.result({ ...numbers, [this.against]: w }).loss;
    const others = this.weights.filter(({ key }) => key !== this.against), before = this.walk.at(-2)?.numbers;
    const moved = others.filter(({ key }) => before && before[key] !== this.now[key]).map((node) => node.name).join(", ");
    const held = others.map((node) => `${node.name} = ${number(this.now[node.key])}`).join(", ");
    const title = `${out} against ${name}${held && `, with ${held}`}`;
    const axis = roomy([-4, 4, ...this.walk.map(({ w }) => w)], 0);
    return { title, name, out, moved, axis, walk: this.walk, here: this.point(this.now), slope: this.slope(here),
      lossAt: lossAt(this.now), ghostAt: moved ? lossAt(before) : null,
      landings: this.outcomes().map(({ rule, after, loss }) => ({ rule, w: after[this.against], L: loss })),
      words: `${title}. The point is at ${name} = ${number(this.now[this.against])}, ${out} = ${number(here.loss)}; `
        + `the slope there is ${number(this.slope(here))}. Steps taken: ${this.walk.length - 1}.` };
  }

  /** Numbers set from Python, where a kernel runs. */
  fromKernel() {
    const asked = this.model.get("now");
    if (Object.keys(this.now).every((key) => this.now[key] === asked[key])) return;
    this.now = this.start = { ...this.now, ...asked };
    this.k = Math.min(this.k, this.last);
    this.forget();
    this.show();
  }
}

function render({ model, el }) {
  const explorer = new Explorer(model), heard = () => explorer.fromKernel();
  const box = h("div", { className: "course-frame course-explorer" },
    ...explorer.parts.flatMap(({ elements }) => elements), explorer.voice);
  for (const control of box.querySelectorAll("button, input, select"))
    control.dataset.lmSuppressShortcuts = "true"; // else JupyterLab takes the arrow keys and Enter for its cells
  el.append(h("div", { className: "course-explorer-room" }, box));
  el.classList.add("jupyter-widgets"); // as ipywidgets mark what is drawn
  model.on("change:now", heard);
  return () => { explorer.stop(); model.off("change:now", heard); };
}

export default { render };
