// The parts of the circuit explorer: numbers, steps, the circuit, learning, the comparison.
//
// Each part below makes its elements and returns them with `show`, which brings them up to date.
// `explorer` is the object made in `render`: the state, and what can be done to it.

import { button, h } from "./elements.js";
import { bracket, describe, number } from "./wording.js";
import { marker, picture } from "./plot.js";

/** A field for each input, each weight and the learning rate, and the choice of the loss. */
export function numbersPart(explorer) {
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
export function stepsPart(explorer) {
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
export function circuitPart(explorer) {
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
export function learningPart(explorer) {
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
export function comparisonPart(explorer) {
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
