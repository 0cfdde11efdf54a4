// The reader of pages: a picture is taken in, what was read of it is said, and a player shows the stages.

import { make } from "./elements.js";
import { player } from "./player.js";
import { intake } from "./intake.js";

function reader({ model, el }) {
  const root = make("div", "course-reader", el);
  const taken = make("div", "", root), answer = make("div", "", root), stages = make("div", "", root);
  const told = () => { answer.innerHTML = model.get("answer"); };
  told();
  model.on("change:answer", told);
  const leave = [intake({ model, el: taken }), player({ model, el: stages }), () => model.off("change:answer", told)];
  return () => leave.forEach((each) => each());
}

export default { render: reader };
