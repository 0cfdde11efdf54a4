// Draws what each widget shows first, so that it stands in the page before its script is there.
// stdin: [{ esm, state }]; stdout: [markup].

import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

const require = createRequire(process.argv[2] + "/"); // where the packages are
const { parseHTML } = require("linkedom");

const { document, window } = parseHTML("<!doctype html><html><head></head><body></body></html>");
const nothing = new Proxy(() => nothing, { get: (_, name) => (name === Symbol.toPrimitive ? () => 0 : nothing), set: () => true });
Object.assign(globalThis, { document, window, Node: window.Node,
  matchMedia: () => ({ matches: false, addEventListener() {} }), getComputedStyle: () => ({ getPropertyValue: () => "" }) });
window.HTMLCanvasElement.prototype.getContext = () => nothing; // nothing is painted: the page's own script paints
Object.defineProperty(window.HTMLSelectElement.prototype, "value", {
  get() { return this.querySelector("[selected]")?.value ?? this.querySelector("option")?.value ?? ""; },
  set(value) { for (const option of this.querySelectorAll("option")) option.toggleAttribute("selected", option.value === String(value)); } });
Object.defineProperty(window.HTMLSelectElement.prototype, "selectedIndex", {
  get() { return Math.max(0, [...this.querySelectorAll("option")].findIndex((option) => option.hasAttribute("selected"))); },
  set(index) { this.querySelectorAll("option").forEach((option, i) => option.toggleAttribute("selected", i === index)); } });
Object.defineProperty(window.HTMLInputElement.prototype, "checked", {
  get() { return this.hasAttribute("checked"); }, set(value) { this.toggleAttribute("checked", value); } });
for (const name of ["min", "max"])
  Object.defineProperty(window.HTMLInputElement.prototype, name, {
    get() { return this.getAttribute(name) ?? ""; }, set(value) { this.setAttribute(name, value); } });

async function draw({ esm, state }) {
  const { default: widget } = await import(`data:text/javascript;base64,${Buffer.from(esm).toString("base64")}`);
  const el = document.body.appendChild(document.createElement("div"));
  await widget.render({ el, model: { get: (name) => state[name], set: (name, value) => { state[name] = value; },
    save_changes() {}, on() {}, off() {}, send() {} } });
  return el.innerHTML;
}

const drawn = [];
for (const item of JSON.parse(readFileSync(0, "utf8"))) drawn.push(await draw(item));
process.stdout.write(JSON.stringify(drawn), () => process.exit());
