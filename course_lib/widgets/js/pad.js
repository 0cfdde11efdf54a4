// The drawing pad: the reader draws, the course's own network reads along.
//
// Everything is computed in the page, by network.js and drawing.js. The weights come on the first touch:
// in the built book from a script beside the page, in Jupyter from the kernel.

import { button, h } from "./elements.js";
import { build, forward, softmax, unpack } from "./network.js";
import { ink, nibWidth, normalise } from "./drawing.js";

// ---------------------------------------------------------------- the weights

const SCRIPT = "_static/pad-weights.js"; // sets `courseWeights`; a page opened from a file may not fetch

/** The packed weights, from the book if this is one of its pages, else from the kernel. */
async function packed(model) {
  const root = document.documentElement.dataset.content_root; // Sphinx says where the book's top is
  if (root === undefined) return fromKernel(model);
  if (!globalThis.courseWeights) await loadScript(new URL(root + SCRIPT, document.baseURI));
  return Uint8Array.from(atob(globalThis.courseWeights), (letter) => letter.charCodeAt(0));
}

function loadScript(address) {
  return new Promise((done, fail) => {
    const failed = () => fail(new Error(`${SCRIPT} is not beside this page: build the book again.`));
    document.head.append(h("script", { src: address.href, onload: done, onerror: failed }));
  });
}

function fromKernel(model) {
  return new Promise((done, fail) => {
    const silent = setTimeout(() => fail(new Error("The network’s weights come from the kernel, and none "
      + "answers: run the cell again, then draw.")), 20000);
    model.on("msg:custom", (message, [bytes]) => {
      clearTimeout(silent);
      done(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    });
    model.send({ ask: "weights" });
  });
}

// ---------------------------------------------------------------- words

/** A probability, never as 0% or 100%: a network is never sure. */
export const percent = (p) => (p < 0.005 ? "under 1%" : p >= 0.995 ? "over 99%" : `${Math.round(100 * p)}%`);

/** What the network says of a drawing, in words: its answer, the next best if it is in doubt, the judge's no. */
export function verdict(probabilities, isDigit, doubt) {
  const order = [...probabilities.keys()].sort((a, b) => probabilities[b] - probabilities[a]);
  const [best, next] = order, p = probabilities[best], name = (digit) => `${digit === 8 ? "an" : "a"} ${digit}`;
  if (Math.log(Math.max(isDigit * p, 1e-9)) < doubt)
    return `This does not look like a digit: the judge gives it ${percent(isDigit)}. The reader has no answer but a digit, and says ${name(best)}, ${percent(p)}.`;
  return `It reads ${name(best)}, ${percent(p)}.` + (p < 0.9 ? ` Next comes ${name(next)}, ${percent(probabilities[next])}.` : "");
}

/** A map is quiet if its brightest pixel is less than a share as bright as the brightest of all. */
export function quiet({ data, shape: [F, H, W] }, share) {
  const brightest = Array.from({ length: F }, (_, f) => data.subarray(f * H * W, (f + 1) * H * W).reduce((a, b) => Math.max(a, b)));
  return brightest.flatMap((each, f) => (each < share * Math.max(...brightest) || each <= 0 ? [f + 1] : []));
}

function list(numbers) {
  return numbers.length < 2 ? String(numbers) : `${numbers.slice(0, -1).join(", ")} and ${numbers.at(-1)}`;
}

const NAMES = { Conv2D: "convolution", ReLU: "ReLU", MaxPool2D: "max-pooling", Linear: "fully connected" };

/** A layer's name and shape; of maps after a ReLU, which are quiet; of numbers, how many are above zero. */
export function describe(layer, seen, share) {
  const [F, H, W] = seen.shape, what = H ? `${F} maps of ${H} × ${W}` : `${F} numbers`;
  const title = `${NAMES[layer.kind][0].toUpperCase()}${NAMES[layer.kind].slice(1)}: ${what}`;
  if (layer.kind === "Linear" && F === 10) return { title: `${title}, the logits`, more: "" };
  if (layer.kind !== "ReLU") return { title, more: "" };
  if (!H) return { title, more: `${seen.data.filter((x) => x > 0).length} above zero` };
  const silent = quiet(seen, share);
  return { title, more: silent.length ? `quiet: ${silent.length > 8 ? `${silent.length} of them` : list(silent)}` : "none is quiet" };
}

// ---------------------------------------------------------------- pictures

// In the middle between light and dark, so that they can be told from both papers.
const INK = { above: [184, 88, 152], zero: [0, 0, 0, 0] };
const SIGNED = { above: [222, 74, 60], below: [52, 128, 208], zero: [128, 128, 128, 30] };

/** Arrays as a mosaic of maps, `columns` a row: next to no colour at zero, stronger colour further off. */
export function paint(canvas, { data, shape }, columns, limit, { above, below, zero } = SIGNED) {
  const [F, H, W] = shape.length === 3 ? shape : [shape[0], 1, 1], gap = H > 1 ? 2 : 0;
  const width = columns * (W + gap) - gap, height = Math.ceil(F / columns) * (H + gap) - gap;
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const context = canvas.getContext("2d"), picture = context.createImageData(width, height);
  for (let n = 0; n < data.length; n++) {
    const f = Math.floor(n / (H * W)), i = Math.floor(n / W) % H, j = n % W;
    const at = (Math.floor(f / columns) * (H + gap) + i) * width + (f % columns) * (W + gap) + j;
    const shade = Math.min(1, Math.abs(data[n]) / (limit || 1)) ** 0.7; // so that weak numbers are seen, too
    picture.data.set(shade < 0.04 ? zero : [...(data[n] > 0 ? above : below), 255 * shade], 4 * at);
  }
  context.putImageData(picture, 0, 0);
}

const strongest = ({ data }) => data.reduce((most, x) => Math.max(most, Math.abs(x)), 0);

// ---------------------------------------------------------------- the page

/** An element of a drawing. Its namespace is asked for, so that no script on a page names an address. */
function drawn(tag, attributes, parent) {
  const { namespaceURI } = h("template", { innerHTML: "<svg></svg>" }).content.firstChild;
  const element = document.createElementNS(namespaceURI, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  parent?.append(element);
  return element;
}

// Each part below makes its elements and returns them with `show`, which brings them up to date.

const KEYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** The sheet to draw on, by pointer (mouse, finger, stylus) or by keyboard. */
function sheetPart(pad) {
  const { side } = pad, sheet = drawn("svg", { viewBox: `0 0 ${side} ${side}`, class: "course-sheet", tabindex: 0,
    role: "application", "aria-label": "Sheet to draw a digit on. With the keyboard: arrow keys move the pen, "
      + "the space bar puts it down and lifts it, Delete takes the last stroke back, Tab leaves." });
  const hint = drawn("text", { class: "course-hint", x: side / 2, y: side / 2 }, sheet);
  hint.textContent = "Draw a digit here";
  const lines = drawn("g", { class: "course-strokes", "stroke-width": pad.nib.most }, sheet);
  const pen = drawn("circle", { class: "course-pen", r: pad.nib.most / 2 + 2, visibility: "hidden" }, sheet);
  byPointer(pad, sheet);
  byKeyboard(pad, sheet, pen);
  const show = () => {
    while (lines.childElementCount > pad.strokes.length) lines.lastChild.remove();
    while (lines.childElementCount < pad.strokes.length) drawn("polyline", {}, lines);
    pad.strokes.forEach((points, i) => lines.children[i].setAttribute("points", points.map((point) => point.join()).join(" ")));
    hint.setAttribute("visibility", pad.strokes.length ? "hidden" : "visible");
  };
  return { element: sheet, show };
}

function byPointer(pad, sheet) {
  let drawing = null; // the pointer that draws; a second finger or the ball of a hand does not
  const place = (event) => {
    const box = sheet.getBoundingClientRect();
    const inside = (x) => Math.min(pad.side, Math.max(0, Math.round(x * 10) / 10));
    return [inside(((event.clientX - box.left) / box.width) * pad.side), inside(((event.clientY - box.top) / box.height) * pad.side)];
  };
  sheet.addEventListener("pointerdown", (event) => {
    if (drawing !== null || event.button !== 0) return;
    event.preventDefault(); // no text is marked
    sheet.focus({ preventScroll: true, focusVisible: false });
    sheet.setPointerCapture((drawing = event.pointerId));
    pad.begin(place(event));
  });
  sheet.addEventListener("pointermove", (event) => {
    if (event.pointerId !== drawing) return;
    const all = event.getCoalescedEvents?.() ?? [];
    for (const each of all.length ? all : [event]) pad.go(place(each));
  });
  const lift = (event) => {
    if (event.pointerId !== drawing) return;
    drawing = null;
    pad.lift();
  };
  for (const name of ["pointerup", "pointercancel"]) sheet.addEventListener(name, lift);
}

function byKeyboard(pad, sheet, pen) {
  const step = pad.side / 28;
  let at = [pad.side / 2, pad.side / 4], down = false;
  const show = () => {
    pen.setAttribute("cx", at[0]);
    pen.setAttribute("cy", at[1]);
    pen.classList.toggle("down", down);
    pen.setAttribute("visibility", sheet.matches(":focus-visible") ? "visible" : "hidden");
  };
  const lift = () => {
    if (down) pad.lift();
    down = false;
  };
  const put = () => {
    down = true;
    pad.begin(at);
  };
  sheet.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (KEYS[event.key]) {
      at = at.map((x, axis) => Math.min(pad.side, Math.max(0, x + step * KEYS[event.key][axis])));
      if (down) pad.go(at);
    } else if (event.key === " ") (down ? lift : put)();
    else if (event.key === "Escape" && down) lift();
    else if (["Delete", "Backspace"].includes(event.key)) { lift(); pad.undo(); }
    else return;
    event.preventDefault();
    show();
    if (event.key === " " && down) pad.say("Pen down.");
  });
  sheet.addEventListener("focus", show);
  sheet.addEventListener("pointerdown", () => { lift(); show(); });
  sheet.addEventListener("blur", () => { lift(); show(); });
}

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
  const key = h("p", { className: "course-key" });
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
