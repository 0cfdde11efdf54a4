// Output widgets: what Python shows while one of them catches goes there. `interact` makes one.

import { DOMWidgetModel, DOMWidgetView } from "@jupyter-widgets/base";
import { Outputs } from "./outputs.js";

export const catching = []; // the innermost last

export class OutputModel extends DOMWidgetModel {
  defaults() { return { ...super.defaults(), _model_module: "@jupyter-widgets/output", _view_module: "@jupyter-widgets/output", msg_id: "", outputs: [] }; }

  initialize(attributes, options) {
    super.initialize(attributes, options);
    this.messages = [];
    this.on("change:msg_id", () => {
      const place = catching.indexOf(this);
      if (this.get("msg_id") && place < 0) catching.push(this);
      else if (!this.get("msg_id") && place >= 0) catching.splice(place, 1);
    });
    this.on("change:outputs", () => {
      this.take({ kind: "clear" });
      for (const { output_type: type, ...given } of this.get("outputs")) this.take({ kind: type === "stream" || type === "error" ? type : "display", ...given });
    });
  }

  take(message) {
    if (this.cleared && message.kind !== "clear") this.messages = [];
    this.cleared = message.kind === "clear";
    if (!this.cleared) this.messages.push(message);
    else if (!message.wait) this.messages = [];
    this.trigger("shown", message);
  }
}

export class OutputView extends DOMWidgetView {
  render() {
    super.render();
    const outputs = new Outputs(this.el, "A picture drawn by a widget");
    for (const message of this.model.messages) outputs.take(message);
    this.listenTo(this.model, "shown", (message) => outputs.take(message));
  }
}
