// The reader of pages: a picture is taken in, what was read of it is said and put right, a player shows the stages.

import { make } from "./elements.js";
import { player } from "./player.js";
import { intake } from "./intake.js";
import { correcting } from "./correct.js";

function reader({ model, el }) {
  const root = make("div", "course-reader", el);
  const taken = make("div", "", root), answer = make("div", "", root), stages = make("div", "", root);
  answer.innerHTML = model.get("answer");
  const leave = [intake({ model, el: taken }), player({ model, el: stages })];
  const hands = correcting({ model, answer, stages });
  const told = () => { answer.innerHTML = model.get("answer"); hands.begin(); };
  model.on("change:answer", told);
  return () => { hands.end(); model.off("change:answer", told); leave.forEach((each) => each()); };
}

export default { render: reader };
