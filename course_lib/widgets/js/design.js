// A network whose sizes the reader changes: shapes, parameters, work and what a number sees, counted in the page.
// The arithmetic is that of course_lib.architectures; tests compare the two for many designs.

import { button, h, make } from "./elements.js";

const LENET = { F1: 20, k1: 5, pool1: true, F2: 50, k2: 5, pool2: true, n: 500, mean: false };
const SLIDERS = { F1: ["filters of conv1", 2, 32, 2], k1: ["window of conv1", 3, 7, 2], F2: ["filters of conv2", 2, 64, 2],
  k2: ["window of conv2", 3, 7, 2], n: ["outputs of fc1", 0, 500, 10] };
const SWITCHES = { pool1: "pool 2 × 2 after conv1", pool2: "pool 2 × 2 after conv2", mean: "end with the mean of each map" };

/** Everything that follows from a design: its blocks (count and side), the layers that learn, totals, what a number sees. */
export function count({ F1, k1, pool1, F2, k2, pool2, n, mean }) {
  const blocks = [], layers = [];
  let C = 1, H = 28, sees = 1, step = 1; // maps, their side, pixels that one number depends on, pixels between neighbours
  const conv = (name, F, k) => {
    const weights = F * C * k * k;
    H = H - k + 1;
    layers.push({ name, sum: `${F} · ${C} · ${k}² + ${F}`, parameters: weights + F, work: weights * H * H });
    [C, sees] = [F, sees + (k - 1) * step];
    blocks.push({ name, count: C, side: H });
  };
  const pool = () => {
    [H, sees, step] = [Math.floor(H / 2), sees + step, 2 * step];
    blocks.push({ name: "pool", count: C, side: H });
  };
  const linear = (name, outputs, inputs, factors) => {
    layers.push({ name, sum: `${outputs} · ${factors} + ${outputs}`, parameters: outputs * inputs + outputs, work: outputs * inputs });
    blocks.push({ name, count: outputs });
  };
  conv("conv1", F1, k1);
  if (pool1) pool();
  conv("conv2", F2, k2);
  if (pool2) pool();
  const side = mean ? 1 : H, flat = C * side * side, factors = side > 1 ? `(${C} · ${H} · ${H})` : `${C}`;
  if (mean) blocks.push({ name: "mean", count: C, side: 1 });
  if (n) linear("fc1", n, flat, factors);
  linear("fc2", 10, n || flat, n || factors);
  const sum = (what) => layers.reduce((whole, layer) => whole + layer[what], 0);
  return { blocks, layers, parameters: sum("parameters"), work: sum("work"), maps: C, sees };
}

const said = (number) => number.toLocaleString("en-US");

/** The network as blocks, as high as their maps and as broad as they are many; on the digit, what one number sees. */
export function draw({ blocks, sees }, digit) {
  const gap = 292 / blocks.length, from = 14 - sees / 2;
  const shapes = blocks.map(({ name, count, side }, i) => {
    const x = 80 + gap * (i + 0.5), width = side ? 4 + count * 0.45 : 6, height = side ? Math.max(4, side * 2.6) : 8 + count * 0.13;
    const mark = (y, words, look = "") => `<text class="${look}" x="${x}" y="${y}">${words}</text>`;
    return `<rect class="${side ? "" : "linear"}" x="${x - width / 2}" y="${54 - height / 2}" width="${width}" height="${height}"/>`
      + mark(12, name, "quiet") + mark(108, count) + (side ? mark(124, `${side}×${side}`, "quiet") : "");
  });
  const words = ["28 × 28 pixels", ...blocks.map(({ name, count, side }) => `${name} ${count}${side ? ` × ${side} × ${side}` : ""}`)];
  return `<svg viewBox="0 0 372 130" role="img" aria-label="${words.join(", ")}. One number of the last maps sees ${sees} × ${sees} pixels.">`
    + `<g transform="translate(0 18) scale(2.6)"><path class="digit" d="${digit}"/><path class="edge" d="M0 0h28v28h-28z"/>`
    + `<path class="sees" d="M${from} ${from}h${sees}v${sees}h-${sees}z"/></g><text x="36" y="108">1</text>`
    + `<text class="quiet" x="36" y="124">28×28</text>${shapes.join("")}</svg>`;
}

/** The goals, each with whether it is met and with words that say so. */
export function goals(found, wanted) {
  return [
    [found.parameters < wanted.parameters, `${said(found.parameters)} parameters`, `below ${said(wanted.parameters)}`],
    [found.work < wanted.work, `${said(found.work)} multiply-adds`, `below ${said(wanted.work)}`],
    [found.maps >= wanted.maps, `${found.maps} last maps`, `at least ${wanted.maps}`],
    [found.sees >= wanted.sees, `each of their numbers sees ${found.sees} × ${found.sees} pixels`, `at least ${wanted.sees} × ${wanted.sees}`],
  ];
}

export function code(now) {
  const values = Object.entries(now).map(([name, value]) => `${name}=${value === true ? "True" : value === false ? "False" : value}`);
  return `design(${values.join(", ")})`;
}

function render({ model, el }) {
  el.classList.add("jupyter-widgets");
  const root = make("div", "course-frame course-design", el), now = { ...LENET };
  root.addEventListener("focusin", ({ target }) => { target.dataset.lmSuppressShortcuts = "true"; });
  const list = make("ul", "design-goals", root), picture = make("div", "course-drawing", root), controls = make("div", "design-controls", root);
  const rows = make("div", "design-rows", root), foot = make("div", "design-foot", root);
  const voice = h("p", { className: "design-voice" });
  voice.setAttribute("role", "status");
  let lightest = Infinity;

  const inputs = Object.entries({ ...SLIDERS, ...SWITCHES }).map(([key, what]) => {
    const slides = key in SLIDERS, [name, min, max, step] = slides ? what : [what];
    const input = h("input", slides ? { type: "range", min, max, step } : { type: "checkbox" }), value = h("strong");
    input.addEventListener("input", () => { now[key] = slides ? Number(input.value) : input.checked; show(); });
    controls.append(h("label", slides ? {} : { className: "design-switch" }, ...(slides ? [h("span", {}, name, " ", value), input] : [input, name])));
    return () => {
      if (!slides) { input.checked = now[key]; return; }
      if (Number(input.value) !== now[key]) input.value = now[key];
      value.textContent = key[0] === "k" ? `${now[key]} × ${now[key]}` : now[key] || "0, no such layer";
      input.setAttribute("aria-label", name);
      input.setAttribute("aria-valuetext", value.textContent);
    };
  });
  const back = button("Back to the LeNet", () => { Object.assign(now, LENET); show(); });
  const record = h("p", { className: "design-record" }), text = h("code");
  foot.append(back, record, h("p", { className: "design-code" }, "In Python: ", text), voice);

  function bar(part, whole, look, unit) {
    const share = 100 * part / whole, track = h("span", { className: "design-track" }, h("span", { className: look }));
    track.firstChild.style.width = `${share}%`;
    return h("span", { className: "design-bar" }, track, h("span", {}, `${share.toFixed(share < 1 ? 1 : 0)}% of ${unit}`));
  }

  function show() {
    for (const put of inputs) put();
    const found = count(now), reached = goals(found, model.get("goals")), met = reached.filter(([done]) => done).length;
    picture.innerHTML = draw(found, model.get("digit")); // our own markup, of numbers
    list.replaceChildren(...reached.map(([done, is, goal]) => h("li", { className: done ? "met" : "" },
      h("span", {}, done ? "✓" : "✗"), h("span", {}, h("b", {}, is), `, ${done ? "" : "not yet "}${goal}`))));
    rows.replaceChildren(...found.layers.map(({ name, sum, parameters, work }) => h("div", { className: "design-row" },
      h("b", {}, name), h("span", {}, `${sum} =\u00a0${said(parameters)}`),
      bar(parameters, found.parameters, "design-held", "parameters"), bar(work, found.work, "design-done", "work"))));
    if (met === 4) lightest = Math.min(lightest, found.parameters);
    record.textContent = (met === 4 ? "All four goals are met. " : `${met} of 4 goals are met. `)
      + (lightest < Infinity ? `Your lightest network that meets them: ${said(lightest)} parameters.` : "");
    text.textContent = code(now);
    voice.textContent = `${said(found.parameters)} parameters, ${said(found.work)} multiply-adds, sees ${found.sees} × ${found.sees}. ${record.textContent}`;
  }
  show();
}

export default { render };
