// anywidgets: the script of each comes with its model.

import { DOMWidgetModel, DOMWidgetView } from "@jupyter-widgets/base";

const modules = new Map(), begun = new WeakSet();

function moduleOf(code) {
  if (!modules.has(code)) {
    const address = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
    modules.set(code, import(address).then(({ default: widget }) => (typeof widget === "function" ? widget() : widget)));
  }
  return modules.get(code);
}

function style(id, look) {
  if (!look || document.getElementById(id)) return;
  const rules = document.head.appendChild(document.createElement("style"));
  rules.id = id;
  rules.textContent = look;
}

export class AnyModel extends DOMWidgetModel {}

export class AnyView extends DOMWidgetView {
  async render() {
    const { model, el } = this, widget = await moduleOf(model.get("_esm"));
    style(`course-style-${model.get("_anywidget_id")}`, model.get("_css"));
    if (!begun.has(model)) await widget.initialize?.({ model });
    begun.add(model);
    el.classList.add("course-awake");
    this.end = await widget.render({ model, el });
  }

  remove() {
    this.end?.();
    return super.remove();
  }
}
