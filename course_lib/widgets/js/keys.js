// The part of every player that ipywidgets lack: two buttons that step (a finger does not hit every place of
// a slider), and a voice: screen readers say each new frame's words. It also names what ipywidgets leave
// without a name, says which button of a row is pressed and where the slider stands, and keeps the arrow
// keys for the slider where a notebook wants them.

const NAMES = { "fa-play": "Play", "fa-pause": "Pause", "fa-stop": "Back to the start" };
const UNSEEN = "position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)"; // but heard
const WATCHED = ["class", "aria-valuenow", "aria-valuetext"];

// Only changes are written: every write would wake the observer again.
const set = (element, name, value) => element.getAttribute(name) === value || element.setAttribute(name, value);

/** Where a slider stands, and its ends: { now, min, max }. */
const place = (handle) => Object.fromEntries(["now", "min", "max"]
  .map((name) => [name, Math.round(handle.getAttribute(`aria-value${name}`))]));

function label(player) {
  for (const hint of player.querySelectorAll('.widget-label[title="null"]')) hint.removeAttribute("title");
  for (const icon of player.querySelectorAll(".widget-play button i")) {
    const found = Object.keys(NAMES).find((key) => icon.classList.contains(key));
    if (found) set(icon.parentElement, "aria-label", NAMES[found]);
  }
  for (const handle of player.querySelectorAll(".widget-slider .noUi-handle")) {
    set(handle, "aria-label", handle.closest(".widget-slider").querySelector(".widget-label").textContent);
    const { now, min, max } = place(handle);
    set(handle, "aria-valuetext", `${now - min + 1} of ${max - min + 1}`); // frames are counted from one
  }
  for (const row of player.querySelectorAll(".widget-toggle-buttons")) {
    set(row, "role", "group");
    set(row, "aria-label", row.querySelector(".widget-label").textContent);
    for (const button of row.querySelectorAll("button"))
      set(button, "aria-pressed", String(button.classList.contains("mod-active")));
  }
}

function render({ el }) {
  let player = null, voice = null, frame = 0;
  el.classList.add("course-turn");

  function turn(words, key) {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "jupyter-button", textContent: words });
    button.addEventListener("click", () => {
      player.querySelector(".widget-play .fa-pause")?.parentElement.click();
      player.querySelector(".noUi-handle").dispatchEvent(new KeyboardEvent("keydown", { key }));
    });
    el.append(button);
    return button;
  }

  const ends = { min: turn("Back", "ArrowLeft"), max: turn("Next", "ArrowRight") };

  function look() {
    frame = 0;
    label(player);
    const handle = player.querySelector(".noUi-handle"), at = handle && place(handle);
    for (const [end, button] of Object.entries(ends)) // in words and looks only, so that it keeps the keyboard's focus
      set(button, "aria-disabled", String(!at || at.now === at[end]));
    const words = player.querySelector(".course-frames .course-words");
    if (!words || player.querySelector(".widget-play .fa-pause")) return; // while it plays, words would fall behind
    const text = [...words.children].map((part) => part.textContent).join(". ");
    if (voice.said && voice.said !== text) voice.textContent = text; // the first frame is on the page already
    voice.said = text;
  }

  const soon = () => { frame ||= requestAnimationFrame(look); };
  const watch = new MutationObserver(soon);

  function start(tries) {
    frame = 0;
    player = el.closest(".course-stepper");
    if (!player) { // the box around it is not there yet
      if (tries) frame = requestAnimationFrame(() => start(tries - 1));
      return;
    }
    voice = player.querySelector(":scope > [role=status]") ?? document.createElement("div");
    voice.setAttribute("role", "status");
    voice.style.cssText = UNSEEN;
    player.append(voice);
    // JupyterLab's attribute for "these keys are mine"; it has to be on what has the focus, not around it.
    player.addEventListener("focusin", ({ target }) => { target.dataset.lmSuppressShortcuts = "true"; });
    watch.observe(player, { childList: true, subtree: true, attributes: true, attributeFilter: WATCHED });
    soon();
  }

  start(600);
  return () => { cancelAnimationFrame(frame); watch.disconnect(); };
}

export default { render };
