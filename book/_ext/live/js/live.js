// A page that runs: its cells are editors, Python runs them in a worker, their outputs stand where the stored ones stood.

import "./live.css";
import { edit } from "./editor.js";
import { Ended, Kernel } from "./kernel.js";
import { make } from "./make.js";
import { Outputs } from "./outputs.js";

/** What code on a live page may reach: files of this book, and nothing else. Python's worker inherits it. */
const POLICY = "default-src 'self'; script-src 'self' blob: 'wasm-unsafe-eval'; worker-src blob:; connect-src 'self' blob: data:; "
  + "img-src 'self' blob: data:; font-src 'self' data:; style-src 'self' 'unsafe-inline'; object-src 'none'; base-uri 'self'; form-action 'none'";

function button(inside, text, press, look = "") {
  const made = make("button", `course-key ${look}`, inside, text);
  made.type = "button";
  made.onclick = press;
  return made;
}

const megabytes = (bytes) => `${Math.round(bytes / 1e6)} MB`;

/** What was printed, without what differs from run to run. */
const plain = (text, patterns) =>
  patterns.reduce((left, [pattern, instead]) => left.replace(new RegExp(pattern, "g"), instead), text).trimEnd();

/** What the reader has written on this page, kept in the browser. */
class Kept {
  constructor(page) { this.name = `course-live/${page}`; }

  read() {
    try { return JSON.parse(localStorage.getItem(this.name)) ?? {}; } catch { return {}; }
  }

  write(id, entry) {
    const all = this.read();
    if (entry) all[id] = entry;
    else delete all[id];
    try { localStorage.setItem(this.name, JSON.stringify(all)); } catch { /* full, or forbidden: nothing is kept */ }
  }
}

/** A cell of the chapter, or an empty one beneath a task. */
class Cell {
  constructor(page, place, entry) {
    Object.assign(this, { page, place, entry, ran: false });
    const input = place.querySelector(".cell_input");
    const output = place.querySelector(".cell_output") ?? make("div", "cell_output docutils container", place);
    this.fold = output.closest("details");                   // an answer, closed until the reader has guessed
    this.stored = output.querySelector("img")?.alt;
    this.outputs = new Outputs(output, this.stored ?? "A picture drawn by this cell");
    if (input) this.open(input);
  }

  open(input) {
    input.replaceChildren();
    const room = make("div", "course-editor highlight", input);
    this.editor = edit(room, this.entry.code, `Code of ${this.entry.name}`, {
      next: () => this.page.run([this]).then(() => this.page.after(this)?.editor.focus()),
      stay: () => this.page.run([this]),
      changed: () => this.changed(),
    });
    const keys = make("div", "course-keys", input);
    button(keys, "Run", () => this.page.run([this])).title = "Ctrl-Enter; Shift-Enter goes on to the next cell";
    button(keys, "Run all above", () => this.page.run(this.page.above(this)));
    if (this.entry.short) button(keys, this.entry.short.says, () => this.shorten());
    this.undo = button(keys, "Reset", () => this.reset());
    this.undo.disabled = true;
    this.said = make("span", "course-cell-said", keys);
    this.note = make("div", "course-note", input);
    this.recall();
  }

  get code() { return this.editor?.code ?? this.entry.code; }

  get edited() { return this.code !== this.entry.code; }

  say(text) { if (this.said) this.said.textContent = text; }

  changed() {
    this.place.classList.toggle("course-edited", this.edited);
    this.undo.disabled = !this.edited;
    this.say(this.edited ? "edited" : "");
    this.page.kept.write(this.entry.id, this.edited ? { code: this.code, digest: this.entry.digest } : null);
  }

  /** What takes long here has a short form: it is written into the cell, and run. */
  shorten() {
    const { line, instead } = this.entry.short;
    this.editor.code = this.code.replace(line, instead);
    return this.page.run([this]);
  }

  reset() {
    this.editor.code = this.entry.code;
    this.note.replaceChildren();
  }

  /** What the reader wrote here before; if the book has changed since, it is only offered. */
  recall() {
    const before = this.page.kept.read()[this.entry.id];
    if (!before) return;
    if (before.digest === this.entry.digest) this.editor.code = before.code;
    else {
      this.note.textContent = "You wrote here before the book changed. ";
      button(this.note, "Your version", () => { this.editor.code = before.code; this.note.replaceChildren(); });
      button(this.note, "Forget it", () => { this.page.kept.write(this.entry.id, null); this.note.replaceChildren(); });
    }
  }

  /** Run it; false if it ended with an error. */
  async run(kernel) {
    this.say("running ...");
    this.note?.replaceChildren();
    this.place.classList.add("course-running");
    this.outputs.begin();
    try {
      this.ran = await kernel.run(this.entry.id, this.code, this.entry.name);
      this.outputs.end();
      this.say(this.ran ? (this.edited ? "edited, has run" : "has run") : "ended with an error");
      this.compare();
      return this.ran;
    } finally {
      this.place.classList.remove("course-running");
    }
  }

  compare() {
    const { printed } = this.entry, { patterns } = this.page.book;
    if (!this.note || this.edited || !this.ran || printed === undefined || plain(this.outputs.printed, patterns) === plain(printed, patterns)) return;
    const box = make("details", "", this.note);
    make("summary", "", box, "This differs from the book's, which printed:");
    make("pre", "", box, printed);
  }
}

class Page {
  constructor(place, files, book) {
    Object.assign(this, { place, files, book, busy: false, waiting: [], kernel: null, kept: new Kept(book.page) });
    this.said = make("p", "course-live-said", place);
    this.said.setAttribute("role", "status");
  }

  /** Fetch Python, with a bar; then the cells become editors. */
  async open() {
    await this.start();
    const places = [...document.querySelectorAll("article div.cell")];
    if (places.length !== this.book.cells.length) throw new Error("its cells are those of another version: build the book again");
    this.cells = this.book.cells.map((entry, i) => new Cell(this, places[i], entry));
    this.addScratch();
    const keys = make("div", "course-keys", this.place);
    button(keys, "Run all", () => this.run(this.cells.filter((cell) => !cell.entry.scratch)));
    this.halt = button(keys, "Stop", () => this.stop());
    this.halt.disabled = true;
    button(keys, "Reset all", () => { for (const cell of this.cells) if (cell.editor && cell.edited) cell.reset(); });
    button(keys, "Download with your changes", () => this.download());
    const header = document.querySelector(".bd-header-article"); // beneath it the keys stay in view
    new ResizeObserver(() => this.place.style.setProperty("--course-header", `${header.offsetHeight - 1}px`)).observe(header);
    document.body.classList.add("course-is-live");
  }

  async start() {
    const total = this.book.bytes, bar = this.bar("How much of Python has come", total);
    let cancelled;
    const cancel = button(this.place, "Cancel", () => { cancelled = true; this.kernel.end(); });
    this.say("Python is coming ...");
    this.widgets?.forget();
    this.kernel = new Kernel(this.files, this.place.dataset.version, this.book.packages, {
      hear: (cell, message, buffers) => this.hear(cell, message, buffers),
      heard: () => this.widgets.heard(),
      loaded: (bytes) => {
        bar.value = Math.min(bytes, total);
        if (!this.ready) this.said.textContent = `Python is coming: ${megabytes(bytes)} ...`;
      },
    });
    this.ready = false;
    try {
      await this.kernel.ready;
      this.ready = true;
      this.say("This page runs: change a cell, press Shift-Enter.");
    } catch (problem) {
      this.kernel.end();
      this.kernel = null;
      throw cancelled ? new Error("Cancelled. Nothing was changed.") : problem;
    } finally {
      bar.remove();
      cancel.remove();
    }
  }

  say(text) { this.said.textContent = text; }

  bar(label, max) {
    const bar = make("progress", "", this.place);
    bar.setAttribute("aria-label", label);
    return Object.assign(bar, { max, value: 0 });
  }

  async hear(id, message, buffers) {
    if (message.kind === "comm") {
      this.widgets ??= await this.fetchWidgets();
      return this.widgets.hear(message, buffers, (text, more) => this.kernel?.comm(text, more));
    }
    const cell = this.cells.find((each) => each.entry.id === id) ?? this.last;
    (this.widgets?.catching() ?? cell?.outputs)?.take(message);
  }

  /** Jupyter's widgets, and how they look. */
  async fetchWidgets() {
    link(this.files, "widgets.css", this.place);
    return import("./widgets.js");
  }

  above(cell) { return this.cells.slice(0, this.cells.indexOf(cell)).filter((other) => !other.entry.scratch); }

  after(cell) { return this.cells.slice(this.cells.indexOf(cell) + 1).find((other) => other.editor); }

  /** Run cells, and first what above them has not run: a page is read from its top. */
  async run(cells) {
    if (this.busy) {
      this.waiting.push(cells);
      for (const cell of cells) cell.say("waits for its turn");
      return;
    }
    const missing = cells.length === 1 ? this.above(cells[0]).filter((cell) => !cell.ran) : [];
    const todo = [...missing, ...cells], bar = this.bar("How many cells have run", todo.length);
    bar.hidden = todo.length === 1;
    this.busy = true;
    this.halt.disabled = false;
    if (cells.length === 1 && cells[0].fold) cells[0].fold.open = true;
    try {
      if (!this.kernel) await this.start();
      if (missing.length) this.say(missing.length === 1 ? "First the cell above ..." : `First the ${missing.length} cells above ...`);
      for (const cell of todo) {
        this.last = cell;
        if (!(await cell.run(this.kernel))) {
          this.forgetWaiting();
          return this.say(`${capital(cell.entry.name)} ended with an error.`);
        }
        bar.value += 1;
      }
      this.say(cells.length === 1 ? `${capital(cells[0].entry.name)} has run.` : `${cells.length} cells have run.`);
    } catch (problem) {
      this.gone(problem);
    } finally {
      bar.remove();
      this.busy = false;
      this.halt.disabled = true;
    }
    if (this.waiting.length) await this.run(this.waiting.shift());
  }

  /** After an error or a stop nothing runs that was asked for before. */
  forgetWaiting() {
    for (const cell of this.waiting.flat()) cell.say("");
    this.waiting = [];
  }

  /** Python has ended, and all that it knew. */
  gone(problem) {
    this.kernel?.end();
    this.kernel = null;
    this.forgetWaiting();
    for (const cell of this.cells) cell.ran = false;
    this.last?.say("stopped");
    this.say(problem instanceof Ended ? "Stopped. " : `Python broke down (${problem.message.split("\n").at(-1)}). `);
    this.said.append("What it knew is gone. ");
    const { last } = this;
    if (last) button(this.said, "Run all above again", () => this.run(this.above(last)));
  }

  stop() {
    if (!this.busy) return;
    const { kernel } = this;
    if (!kernel?.stop()) kernel?.end();
    else setTimeout(() => { if (this.busy && this.kernel === kernel) kernel.end(); }, 3000);
  }

  /** An empty cell beneath each exercise and each box that asks to try something. */
  addScratch() {
    const tries = [...document.querySelectorAll("article p > em:first-child")].filter((word) => /^Break it/.test(word.textContent));
    const tasks = [...document.querySelectorAll("article .exercise"), ...tries.map((word) => word.parentElement)];
    tasks.forEach((task, i) => {
      const place = document.createElement("div");
      place.className = "cell docutils container course-scratch";
      make("div", "cell_input docutils container", place);
      task.after(place);
      const title = task.querySelector(".admonition-title")?.textContent.trim() ?? "Break it";
      const cell = new Cell(this, place, { id: `try-${i}`, code: "", name: `your cell under "${title}"`, scratch: true, digest: "" });
      const next = this.cells.findIndex((other) => place.compareDocumentPosition(other.place) & Node.DOCUMENT_POSITION_FOLLOWING);
      this.cells.splice(next < 0 ? this.cells.length : next, 0, cell);
    });
  }

  /** The chapter's notebook with the reader's changes. */
  async download() {
    const notebook = await (await fetch(this.book.notebook)).json(), cells = [];
    const mine = new Map(this.cells.map((cell) => [cell.entry.id, cell]));
    for (const cell of notebook.cells) {
      cells.push(cell);
      if (mine.get(cell.id)?.edited) Object.assign(cell, { source: mine.get(cell.id).code, outputs: [], execution_count: null });
    }
    for (const { entry, code } of this.cells)
      if (entry.scratch && code.trim()) cells.push({ cell_type: "code", id: entry.id, metadata: {}, source: `# ${entry.name}\n${code}`, outputs: [], execution_count: null });
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([JSON.stringify({ ...notebook, cells }, null, 1)], { type: "application/x-ipynb+json" }));
    link.download = this.book.page + ".ipynb";
    link.click();
    URL.revokeObjectURL(link.href);
  }
}

function link(files, name, place) {
  Object.assign(make("link", "", document.head), { rel: "stylesheet", href: `${files}${name}?v=${place.dataset.version}` });
}

const capital = (text) => text[0].toUpperCase() + text.slice(1);

/** Bring the page to life; `place` is where the button stood. */
export async function open(place, files, name) {
  Object.assign(make("meta", "", document.head), { httpEquiv: "Content-Security-Policy", content: POLICY });
  const answer = await fetch(`${files}cells/${name}.json`, { cache: "no-cache" });
  if (!answer.ok) throw new Error("its cells are not there: build the book again");
  link(files, "live.css", place);
  const page = new Page(place, files, await answer.json());
  await page.open();
  return page;
}
