// What a cell shows, as Jupyter would: text, pictures, tables, formulas, widgets, errors.

import { make } from "./make.js";

const VIEW = "application/vnd.jupyter.widget-view+json";
const ANSI = /\x1b\[[0-9;]*m/g;
const KINDS = [VIEW, "text/html", "image/svg+xml", "image/png", "image/jpeg", "text/latex", "text/markdown", "text/plain"];

/** The outputs of one cell in `place`, which shows what it showed until something new comes. */
export class Outputs {
  constructor(place, alt) {
    Object.assign(this, { place, alt, shown: new Map(), printed: "", fresh: false });
  }

  /** A run begins: the first thing that comes takes the place of all that is there. */
  begin() {
    this.fresh = true;
    this.printed = "";
    this.clear = false;
  }

  /** A run has ended: what was there before goes, also when nothing came. */
  end() { this.empty(); }

  empty() {
    if (this.fresh || this.clear) this.place.replaceChildren();
    if (this.fresh) this.shown.clear();
    this.fresh = this.clear = false;
  }

  take(message) {
    const { kind } = message;
    if (kind === "clear") {
      this.clear = true;
      if (!message.wait) this.empty();
      return;
    }
    if (kind === "update") return this.update(message);
    this.empty();
    if (kind === "stream") this.print(message);
    else if (kind === "error") this.complain(message);
    else this.display(message);
  }

  print({ name, text }) {
    const last = this.place.lastElementChild, open = last?.dataset.stream === name;
    const box = open ? last : make("div", `output ${name === "stdout" ? "stream" : "stderr"}`, this.place);
    box.dataset.stream = name;
    const pre = box.querySelector("pre") ?? make("pre", "", make("div", "highlight", make("div", "highlight-myst-ansi notranslate", box)));
    pre.textContent = returned(pre.textContent + text.replace(ANSI, ""));
    if (name === "stdout") this.printed += text;
  }

  complain({ traceback }) {
    const box = make("div", "output traceback course-error", this.place);
    box.setAttribute("role", "group");
    box.setAttribute("aria-label", "Error");
    make("pre", "", box, traceback.join("\n").replace(ANSI, ""));
  }

  display({ data, metadata, id }) {
    const box = make("div", "output", this.place);
    fill(box, data, metadata, this.alt);
    if (id) this.shown.set(id, box);
    if (data["text/plain"] && !Object.keys(data).some((kind) => kind !== "text/plain")) this.printed += `${data["text/plain"]}\n`;
  }

  update({ data, metadata, id }) {
    const box = this.shown.get(id);
    if (box) fill(box, data, metadata, this.alt);
  }
}

/** Text as a terminal shows it: a carriage return begins the line anew. */
const returned = (text) => (text.includes("\r") ? text.replace(/\r\n/g, "\n").replace(/^.*\r(?=.)/gm, "") : text);

function fill(box, data, metadata, alt) {
  const kind = KINDS.find((each) => each in data), value = data[kind];
  box.replaceChildren();
  if (kind === VIEW) import("./widgets.js").then(({ show }) => show(box, value.model_id));
  else if (kind === "text/html" || kind === "image/svg+xml") make("div", "text_html", box).innerHTML = value;
  else if (kind?.startsWith("image/")) picture(box, kind, value, metadata[kind] ?? {}, alt);
  else if (kind === "text/latex") formula(box, value);
  else make("pre", "", make("div", "highlight", make("div", "highlight-myst-ansi notranslate", box)), (value ?? "").replace(ANSI, ""));
}

function picture(box, kind, value, { width, height, dark }, alt) {
  for (const [bytes, look] of dark ? [[value, "only-light"], [dark, "only-dark"]] : [[value, ""]]) {
    const image = make("img", look, box);
    image.src = `data:${kind};base64,${bytes}`;
    image.alt = alt;
    if (width) Object.assign(image, { width, height });
  }
}

async function formula(box, value) {
  box.textContent = value;
  const { set } = await import("./formulas.js");
  box.replaceChildren(set(value));
}
