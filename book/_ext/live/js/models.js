// Widgets with Python behind them: their models live here, their values there, and both hear of every change.

export const VIEW = "application/vnd.jupyter.widget-view+json";

const models = new Map(); // model id -> Model
let post = () => {};

/** `send(text, buffers)` carries a message to Python. */
export const connect = (send) => { post = send; };
export const forget = () => models.clear();

/** Values that are binary travel beside the message; `paths` say where they belong. */
function join(state, paths = [], buffers = []) {
  paths.forEach((path, i) => {
    const at = path.slice(0, -1).reduce((value, name) => value[name], state);
    at[path.at(-1)] = new DataView(buffers[i]);
  });
  return state;
}

const binary = (value) => value instanceof DataView || value instanceof ArrayBuffer || ArrayBuffer.isView(value);
const bytesOf = (value) => (value instanceof ArrayBuffer ? value.slice() : value.buffer.slice(value.byteOffset, value.byteOffset + value.byteLength));

/** What anywidgets ask of a model. */
class Model {
  constructor(id, state) {
    Object.assign(this, { id, state, changed: new Set(), listeners: {} });
  }

  get(name) { return this.state[name]; }

  set(name, value) {
    if (this.state[name] === value) return;
    this.state[name] = value;
    this.changed.add(name);
    this.tell(`change:${name}`, this, value);
    this.tell("change", this);
  }

  save_changes() {
    const state = {}, paths = [], buffers = [];
    for (const name of this.changed) {
      const value = this.state[name];
      if (binary(value)) {
        paths.push([name]);
        buffers.push(bytesOf(value));
      } else state[name] = value;
    }
    this.changed.clear();
    this.write({ method: "update", state, buffer_paths: paths }, buffers);
  }

  send(content, callbacks, buffers = []) { this.write({ method: "custom", content }, buffers.map(bytesOf)); }

  write(data, buffers) { post(JSON.stringify({ comm: this.id, data }), buffers); }

  on(event, tell) { for (const name of event.split(" ")) (this.listeners[name] ??= new Set()).add(tell); }

  off(event, tell) {
    if (!event) this.listeners = {};
    else if (tell) this.listeners[event]?.delete(tell);
    else delete this.listeners[event];
  }

  tell(event, ...about) { for (const tell of [...(this.listeners[event] ?? [])]) tell(...about); }

  /** Python has changed values, or says something. */
  hear({ method, state, buffer_paths: paths, content }, buffers) {
    if (method === "custom") return this.tell("msg:custom", content, buffers.map((each) => new DataView(each)));
    if (method !== "update") return;
    const news = Object.entries(join(state, paths, buffers)).filter(([name, value]) => this.state[name] !== value);
    for (const [name, value] of news) this.state[name] = value;
    for (const [name, value] of news) this.tell(`change:${name}`, this, value);
    if (news.length) this.tell("change", this);
  }
}

/** A message of Python's: a widget is made, changed, closed. */
export function hear({ type, comm, data }, buffers) {
  if (type === "comm_open") models.set(comm, new Model(comm, join(data.state ?? {}, data.buffer_paths, buffers)));
  else if (type === "comm_msg") models.get(comm)?.hear(data, buffers);
  else if (type === "comm_close") models.delete(comm);
}

const child = (reference) => models.get(reference.replace("IPY_MODEL_", ""));

/** What Jupyter's own widgets look like here: a bar, its words, and boxes of them. */
const CONTROLS = {
  HTMLModel(model, place) { follow(model, "value", (value) => { place.innerHTML = value; }); },
  LabelModel(model, place) { follow(model, "value", (value) => { place.textContent = value; }); },
  FloatProgressModel(model, place) {
    const bar = document.createElement("progress");
    place.append(bar);
    bar.setAttribute("aria-label", "progress");
    follow(model, "max", (value) => { bar.max = value; });
    follow(model, "value", (value) => { bar.value = value; });
  },
  HBoxModel(model, place) {
    place.classList.add("course-progress");
    for (const reference of model.get("children")) draw(child(reference), place.appendChild(document.createElement("span")));
  },
};
CONTROLS.IntProgressModel = CONTROLS.FloatProgressModel;

function follow(model, name, show) {
  show(model.get(name));
  model.on(`change:${name}`, () => show(model.get(name)));
}

/** Show the widget of a model in a place. */
export async function show(place, id) {
  const model = models.get(id);
  if (!model) place.textContent = "This widget is gone with its Python.";
  else await draw(model, place);
}

async function draw(model, place) {
  if (model.get("_esm")) {
    const { widget } = await moduleOf(model);
    if (model.get("_css")) style(model);
    await widget.initialize?.({ model });
    place.classList.add("course-awake");
    await widget.render({ model, el: place });
  } else if (CONTROLS[model.get("_model_name")]) CONTROLS[model.get("_model_name")](model, place);
  else place.textContent = `${model.get("_model_name").replace("Model", "")}: open the chapter as a notebook to see this widget.`;
}

const modules = new Map();

function moduleOf(model) {
  const code = model.get("_esm");
  if (!modules.has(code)) {
    const address = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
    modules.set(code, import(address).then(async ({ default: widget }) => ({ widget: typeof widget === "function" ? await widget() : widget })));
  }
  return modules.get(code);
}

function style(model) {
  const id = `course-style-${model.get("_anywidget_id")}`;
  if (document.getElementById(id)) return;
  const look = document.createElement("style");
  look.id = id;
  look.textContent = model.get("_css");
  document.head.append(look);
}
