// The drawing pad: the reader draws, the course's own network reads along.
//
// Everything is computed in the page, by network.js and drawing.js. The weights come on the first touch.

import { button, h } from "./elements.js";
import { build, forward, softmax, unpack } from "./network.js";
import { ink, nibWidth, normalise } from "./drawing.js";
import { packed } from "./weights.js";
import { INK, describe, paint, percent, strongest, verdict } from "./telling.js";
import { sheetPart } from "./sheet.js";

// Each part below makes its elements and returns them with `show`, which brings them up to date.

/** Take the last stroke back, or all of them. */
function buttonsPart(pad) {
  const undo = button("Undo", () => pad.undo()), clear = button("Clear", () => pad.clear());
  const show = () => { // disabled for assistive technology only: a disabled button would drop the keyboard's focus
    for (const each of [undo, clear]) each.ariaDisabled = String(!pad.strokes.length);
  };
  return { element: h("div", { className: "course-buttons" }, undo, clear), show };
}

/** Digits that somebody else has written. */
function samplesPart(pad) {
  const choose = ({ name, strokes, words }) => button(name, () => pad.write(strokes), { ariaLabel: `Write ${words}`, title: words });
  const element = h("div", { className: "course-samples", role: "group", ariaLabel: "Have a digit written" },
    h("span", {}, "Or have one written:"), ...pad.samples.map(choose));
  return { element, show() {} };
}

/** The picture as the network gets it, what it says, and the ten probabilities as bars. */
function answerPart(pad) {
  const words = h("p", { className: "course-answer" }), canvas = h("canvas", { role: "img" });
  const figure = h("figure", { className: "course-given" }, canvas, h("figcaption", {}, "What it is given: 28\u00a0×\u00a028"));
  const bars = Array.from({ length: 10 }, (_, digit) => {
    const bar = h("span", { className: "course-bar" }), share = h("span", { className: "course-share" });
    return { bar, share, element: h("li", {}, h("span", { className: "course-digit" }, String(digit)), h("span", { className: "course-track" }, bar), share) };
  });
  const show = () => {
    const { seen } = pad;
    words.textContent = pad.words();
    canvas.ariaLabel = seen ? "The drawing, fitted into 20 × 20 and centred in 28 × 28" : "Nothing yet";
    paint(canvas, seen?.layers[0] ?? { data: new Float32Array(784), shape: [1, 28, 28] }, 1, 1, INK);
    const most = seen && Math.max(...seen.probabilities);
    bars.forEach(({ bar, share, element }, digit) => {
      const p = seen?.probabilities[digit];
      bar.style.width = `${100 * (p ?? 0)}%`;
      share.textContent = seen ? percent(p) : "–";
      element.className = seen && p === most ? "best" : p < 0.005 ? "least" : "";
    });
  };
  const list = h("ul", { className: "course-bars", ariaLabel: "The ten probabilities" }, ...bars.map(({ element }) => element));
  return { element: h("div", { className: "course-said" }, words, h("div", { className: "course-in-and-out" }, figure, list)), show };
}

const COLUMNS = { 20: 10, 50: 17, 500: 50, 10: 10 }; // maps or numbers in a row of the mosaic

/** Every layer's maps or numbers, from the first convolution to the ten logits. */
function mapsPart(pad) {
  const layers = new Map(pad.plans).get("reader").map((layer, i) => ({ layer, i: i + 1 })).filter(({ layer }) => layer.kind !== "Flatten");
  const figures = layers.map((each, n) => {
    const canvas = h("canvas", { role: "img" }), caption = h("figcaption");
    const last = n === layers.length - 1; // the logits: one for each digit
    const names = last ? [h("div", { className: "course-digits", ariaHidden: "true" }, ...Array.from({ length: 10 }, (_, d) => h("span", {}, String(d))))] : [];
    return { ...each, n: n + 1, canvas, caption, element: h("figure", { className: "course-layer" }, canvas, ...names, caption) };
  });
  const key = h("p", { className: "course-legend" });
  key.innerHTML = '<span class="above"></span> above zero, <span class="below"></span> below, grey: about zero. '
    + "Maps are counted row by row, and the shades of each layer run to its own strongest number. "
    + "A map is quiet if even its brightest pixel is faint.";
  const element = h("div", { className: "course-layers", hidden: true }, key, ...figures.map((each) => each.element));
  const show = () => {
    element.hidden = !pad.seen;
    if (!pad.seen) return;
    for (const { layer, i, n, canvas, caption } of figures) {
      const seen = pad.seen.layers[i], { title, more } = describe(layer, seen, pad.faint);
      const before = layer.kind === "ReLU" ? pad.seen.layers[i - 1] : seen; // the same shades before and after
      paint(canvas, seen, COLUMNS[seen.shape[0]] ?? 10, strongest(before));
      canvas.ariaLabel = caption.textContent = `${n}. ${title}${more && `; ${more}`}.`;
    }
  };
  return { element, show };
}

const WAIT = 400; // milliseconds without a new stroke after which the answer is announced
const SPEED = 0.16; // how fast a digit is written, in pixels of the sheet a millisecond

/** The state of one pad on the page, and everything that can be done to it. */
class Pad {
  constructor(model) {
    for (const name of ["plans", "side", "nib", "faint", "doubt"]) this[name] = model.get(name);
    this.samples = JSON.parse(model.get("samples"));
    this.model = model;
    this.strokes = structuredClone(model.get("strokes"));
    this.networks = null; // the reader and the judge, once their weights are here
    this.seen = null; // what they make of the drawing
    this.problem = ""; // why there are no weights
    this.voice = h("div", { className: "course-voice" });
    this.voice.setAttribute("role", "status");
    this.parts = [sheetPart, buttonsPart, answerPart, samplesPart, mapsPart].map((part) => part(this));
    this.show();
    if (this.strokes.length) this.changed();
  }

  show() {
    for (const part of this.parts) part.show();
  }

  say(text) {
    this.voice.textContent = text;
  }

  /** Ask for the weights, once, and look again when they are here. */
  async wake() {
    if (this.waking) return;
    this.waking = true;
    try {
      this.networks = build(this.plans, await unpack(await packed(this.model)));
      this.changed();
    } catch (error) {
      [this.problem, this.waking] = [error.message, false]; // another touch tries again
      this.look();
      this.say(this.words());
    }
  }

  begin(point) {
    this.stop();
    this.strokes.push([point, point]);
    this.changed();
  }

  go(point) {
    this.strokes.at(-1).push(point);
    this.changed();
  }

  lift() {
    this.model.set("strokes", structuredClone(this.strokes));
    this.model.save_changes();
  }

  undo() {
    this.stop();
    if (!this.strokes.length) return;
    this.strokes.pop();
    this.lift();
    this.changed();
  }

  clear() {
    this.stop();
    this.strokes = [];
    this.lift();
    this.changed();
  }

  /** Write a digit stroke by stroke, as fast as a hand; at once where less motion is asked for. */
  write(strokes) {
    this.stop();
    this.strokes = [];
    const end = () => { this.strokes = structuredClone(strokes); this.lift(); this.changed(); };
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return end();
    const start = performance.now();
    const on = (now) => {
      this.strokes = begun(strokes, SPEED * Math.max(0, now - start));
      const done = this.strokes.flat().length === strokes.flat().length;
      this.writing = done ? 0 : requestAnimationFrame(on);
      if (done) end(); else this.changed();
    };
    this.writing = requestAnimationFrame(on);
  }

  stop() {
    cancelAnimationFrame(this.writing);
    this.writing = 0;
  }

  close() {
    this.stop();
    cancelAnimationFrame(this.frame);
    clearTimeout(this.telling);
  }

  /** The drawing is another one: look at it before the next frame is shown, say so when the hand rests. */
  changed() {
    this.wake();
    this.frame ||= requestAnimationFrame(() => this.look());
    clearTimeout(this.telling);
    this.telling = setTimeout(() => this.say(this.words()), WAIT);
  }

  look() {
    this.frame = 0;
    this.seen = this.networks && this.strokes.length ? this.read() : null;
    this.show();
  }

  /** What the reader and the judge make of the drawing. */
  read() {
    const picture = normalise(ink(this.strokes, nibWidth(this.strokes, this.nib), this.side));
    if (!picture) return null;
    const layers = forward(this.networks.reader, picture), judged = forward(this.networks.judge, picture);
    return { layers, probabilities: softmax(layers.at(-1).data), isDigit: softmax(judged.at(-1).data)[1] };
  }

  words() {
    if (!this.strokes.length) return "An empty sheet.";
    if (!this.networks) return this.problem || "The network is on its way.";
    return this.seen ? verdict(this.seen.probabilities, this.seen.isDigit, this.doubt) : "No ink on the sheet.";
  }

  /** Strokes set from Python, where a kernel runs. */
  fromKernel() {
    const asked = this.model.get("strokes");
    if (JSON.stringify(asked) === JSON.stringify(this.strokes)) return;
    this.stop();
    this.strokes = structuredClone(asked);
    this.changed();
  }
}

/** The strokes as far as the pen has come after some way, the way between strokes left out. */
export function begun(strokes, way) {
  const shown = [];
  for (const points of strokes) {
    if (way <= 0) break;
    const part = [points[0], points[0]];
    for (let n = 1; n < points.length && way > 0; n++) {
      way -= Math.hypot(points[n][0] - points[n - 1][0], points[n][1] - points[n - 1][1]);
      part.push(points[n]);
    }
    shown.push(part.length - 1 === points.length ? points : part);
  }
  return shown;
}

export function render({ model, el }) {
  const pad = new Pad(model), heard = () => pad.fromKernel();
  const box = h("div", { className: "course-frame course-pad" }, ...pad.parts.map(({ element }) => element), pad.voice);
  for (const control of box.querySelectorAll("button, .course-sheet"))
    control.dataset.lmSuppressShortcuts = "true"; // else JupyterLab takes the arrow keys and Enter for its cells
  el.append(h("div", { className: "course-pad-room" }, box));
  el.classList.add("jupyter-widgets"); // as ipywidgets mark what is drawn
  model.on("change:strokes", heard);
  return () => { pad.close(); model.off("change:strokes", heard); };
}

export default { render };
