// The circuit explorer: a circuit whose numbers the reader changes.
//
// The state of one explorer and what can be done to it. It is computed by circuit.js, said by wording.js and
// plot.js, and seen in explorer_parts.js.

import { h } from "./elements.js";
import { RULES, run, step } from "./circuit.js";
import { describe, number, outcome, verdict } from "./wording.js";
import { roomy } from "./plot.js";
import { circuitPart, comparisonPart, learningPart, numbersPart, stepsPart } from "./explorer_parts.js";

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
