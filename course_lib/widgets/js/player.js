// A player: rows of buttons that choose a track, a slider that chooses its frame, Play, Back and Next.
// The frames are markup that Python has drawn; screen readers hear the words of each new one.

import { button, h, make } from "./elements.js";

const SHAPES = { Play: "M3 1l11 7-11 7z", Pause: "M3 1h4v14H3zm6 0h4v14H9z", "Back to the start": "M2 1h3v14H2zm12 0v14L5 8z" };

const icon = (name) => `<svg viewBox="0 0 16 16" aria-hidden="true"><path d="${SHAPES[name]}"/></svg>`;

/** A button that shows a shape and is called by its name. */
function shaped(name, action) {
  const made = button("", action);
  const become = (name) => { made.setAttribute("aria-label", name); made.innerHTML = icon(name); };
  become(name);
  return Object.assign(made, { become });
}

/** A row of buttons of which one is pressed; `choose` is told its number. */
function choices({ name, options }, choose) {
  const press = (chosen) => buttons.forEach((each, i) => each.setAttribute("aria-pressed", String(i === chosen)));
  const buttons = options.map((option, i) => button(option, () => { press(i); choose(i); }));
  const row = h("div", { className: "course-row" }, h("span", { textContent: name }), h("div", {}, ...buttons));
  row.setAttribute("role", "group");
  row.setAttribute("aria-label", name);
  press(0);
  return row;
}

/** The tallest words of a track have room, so that the picture below or beside them stays where it is. */
function keepRoom(frames, track) {
  if (!frames.offsetWidth) return;
  const trial = make("div", "course-frames", frames.parentElement);
  trial.style.cssText = "position:absolute;visibility:hidden;contain:layout;--course-room:0px";
  trial.style.width = `${frames.offsetWidth}px`;
  let tallest = 0;
  for (const markup of new Set(track.map((frame) => frame.split('<div class="course-drawing">')[0]))) {
    trial.innerHTML = `${markup}<div class="course-drawing"></div></div>`;
    tallest = Math.max(tallest, trial.querySelector(".course-words").offsetHeight);
  }
  trial.remove();
  frames.style.setProperty("--course-room", `${tallest}px`);
}

export function player({ model, el }) {
  const rows = model.get("rows"), chosen = rows.map(() => 0);
  const root = make("div", "course-stepper", el);
  if (model.get("look")) root.classList.add(model.get("look"));
  root.append(h("style", { textContent: model.get("css") }));
  // Keys are ours, not JupyterLab's: its attribute has to be on what has the focus, not around it.
  root.addEventListener("focusin", ({ target }) => { target.dataset.lmSuppressShortcuts = "true"; });

  const track = () => rows.reduce((at, row, i) => at * row.options.length + chosen[i], 0);
  const frames = () => model.get("tracks")[track()];
  const places = model.get("tracks").map(() => model.get("start")); // of tracks that share no slider, each its own
  let playing = 0;

  const slider = h("input", { type: "range", min: 0, max: frames().length - 1, value: model.get("start") });
  slider.setAttribute("aria-label", model.get("slider"));
  const at = () => Number(slider.value);
  const go = (place) => { slider.value = place; show(); };
  const pause = () => { clearInterval(playing); playing = 0; play.become("Play"); };
  const start = () => {
    if (at() === frames().length - 1) go(0);
    play.become("Pause");
    playing = setInterval(() => { go(at() + 1); if (at() === frames().length - 1) { pause(); say(); } }, model.get("milliseconds"));
  };
  const play = shaped("Play", () => { if (playing) { pause(); say(); } else start(); });
  const turn = (way) => () => { pause(); go(at() + way); };
  const ends = { back: button("Back", turn(-1)), next: button("Next", turn(1)) };
  const stage = h("div", { className: "course-frames" }), voice = h("p", { className: "course-voice" });
  voice.setAttribute("role", "status");

  function say() {
    if (playing) return; // words would fall behind
    voice.textContent = [...stage.querySelectorAll(".course-words p")].map((part) => part.textContent).join(". ");
  }

  function show(silent = false) {
    const last = frames().length - 1, place = Math.min(at(), last);
    slider.max = last;
    places[track()] = place;
    slider.setAttribute("aria-valuetext", `${place + 1} of ${last + 1}`); // frames are counted from one
    ends.back.setAttribute("aria-disabled", String(place === 0)); // in words and looks only: it keeps the keyboard's focus
    ends.next.setAttribute("aria-disabled", String(place === last));
    stage.innerHTML = frames()[place];
    if (!silent) say();
  }

  function choose(row, option) {
    chosen[row] = option;
    slider.max = frames().length - 1; // before its value: the browser would cut it
    if (!model.get("together")) { pause(); slider.value = places[track()]; }
    show();
    room();
  }

  const room = () => keepRoom(stage, frames());
  slider.addEventListener("input", () => { pause(); show(); });
  const label = h("label", {}, h("span", { textContent: model.get("slider") }), slider);
  root.append(...rows.map((row, i) => choices(row, (option) => choose(i, option))),
    h("div", { className: "course-controls" }, play, shaped("Back to the start", () => { pause(); go(0); }), ends.back, ends.next, label),
    stage, voice);
  show(true);
  const changed = () => { show(); room(); };
  const watch = globalThis.ResizeObserver && new ResizeObserver(room);
  watch?.observe(root);
  model.on("change:tracks", changed);
  return () => { pause(); watch?.disconnect(); model.off("change:tracks", changed); };
}

export default { render: player };
