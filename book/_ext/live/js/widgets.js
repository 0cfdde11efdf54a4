// Widgets with Python behind them, by Jupyter's own manager: anywidgets, ipywidgets, and what an Output widget catches.
// Fetched when Python makes the first one.

import * as base from "@jupyter-widgets/base";
import { ManagerBase } from "@jupyter-widgets/base-manager";
import * as controls from "@jupyter-widgets/controls";
import { Widget } from "@lumino/widgets";
import * as any from "./any.js";
import * as output from "./output.js";

const MODULES = { "@jupyter-widgets/base": base, "@jupyter-widgets/controls": controls, "@jupyter-widgets/output": output, anywidget: any };

/** A widget's line to Python; `post(text, buffers)` carries what it says. */
class Line {
  constructor(id, post) { Object.assign(this, { comm_id: id, post, said: 0 }); }

  on_msg(hear) { this.hear = hear; }

  on_close(end) { this.end = end; }

  send(data, callbacks, about, buffers = []) {
    unanswered.push(callbacks);
    this.post(JSON.stringify({ comm: this.comm_id, data }), buffers.map((each) => (ArrayBuffer.isView(each)
      ? each.buffer.slice(each.byteOffset, each.byteOffset + each.byteLength) : each.slice())));
    return `${this.said += 1}`;
  }

  close() {}
}

const lines = new Map(), unanswered = [];

class Manager extends ManagerBase {
  async loadClass(name, module) {
    const found = MODULES[module]?.[name];
    if (!found) throw new Error(`this page has no ${module}: open the chapter as a notebook`);
    return found;
  }

  /** Jupyter's sliders say no name to a screen reader; here it is what stands before them. */
  async create_view(model, options) {
    const view = await super.create_view(model, options);
    for (const slider of view.el.querySelectorAll("[role=slider]:not([aria-label])"))
      slider.setAttribute("aria-label", model.get("description") || "value");
    return view;
  }

  _create_comm() { return Promise.reject(new Error("widgets are made in Python")); }

  _get_comm_info() { return Promise.resolve({}); }
}

let manager = new Manager();

/** Python has ended, with all its widgets. */
export function forget() {
  manager = new Manager();
  lines.clear();
  unanswered.length = 0;
}

/** A message of Python's: a widget is made, changed, closed. */
export async function hear({ type, comm, data, metadata }, given, post) {
  const buffers = given.map((each) => new DataView(each)), message = { content: { data }, metadata, buffers };
  if (type === "comm_open") {
    const line = new Line(comm, post);
    lines.set(comm, line);
    await manager.handle_comm_open(line, message);
  } else if (type === "comm_msg") await lines.get(comm)?.hear?.(message);
  else if (type === "comm_close") lines.get(comm)?.end?.(message);
}

/** Python has dealt with the oldest message that it was sent. */
export const heard = () => unanswered.shift()?.iopub?.status?.({ content: { execution_state: "idle" } });

/** What is shown now goes into an Output widget, or, where this is null, to its cell. */
export const catching = () => output.catching.at(-1) ?? null;

/** Show the widget of a model in a place. */
export async function show(place, id) {
  if (!manager.has_model(id)) place.textContent = "This widget is gone with its Python.";
  else Widget.attach((await manager.create_view(await manager.get_model(id))).luminoWidget, place);
}
