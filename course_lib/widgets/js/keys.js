// The unseen part of every player. It names what ipywidgets leave without a name, says which button of a
// row is pressed and where the slider stands, keeps the arrow keys for the slider where a notebook wants
// them, and gives the player a voice: screen readers say each new frame's words.

const NAMES = { "fa-play": "Play", "fa-pause": "Pause", "fa-stop": "Back to the start" };
const UNSEEN = "position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)"; // but heard
const WATCHED = ["class", "aria-valuenow", "aria-valuetext"];

// Only changes are written: every write would wake the observer again.
const set = (element, name, value) => element.getAttribute(name) === value || element.setAttribute(name, value);

function label(player) {
  for (const icon of player.querySelectorAll(".widget-play button i")) {
    const found = Object.keys(NAMES).find((key) => icon.classList.contains(key));
    if (found) set(icon.parentElement, "aria-label", NAMES[found]);
  }
  for (const handle of player.querySelectorAll(".widget-slider .noUi-handle")) {
    set(handle, "aria-label", handle.closest(".widget-slider").querySelector(".widget-label").textContent);
    const [now, least, most] = ["now", "min", "max"].map((name) => Math.round(handle.getAttribute(`aria-value${name}`)));
    set(handle, "aria-valuetext", `${now - least + 1} of ${most - least + 1}`); // frames are counted from one
  }
  for (const row of player.querySelectorAll(".widget-toggle-buttons")) {
    set(row, "role", "group");
    set(row, "aria-label", row.querySelector(".widget-label").textContent);
    for (const button of row.querySelectorAll("button"))
      set(button, "aria-pressed", String(button.classList.contains("mod-active")));
  }
}

function render({ el }) {
  el.style.display = "none";
  const voice = document.createElement("div");
  voice.setAttribute("role", "status");
  voice.style.cssText = UNSEEN;
  let player = null, said = null, frame = 0;

  function look() {
    frame = 0;
    label(player);
    const words = player.querySelector(".course-frames .course-words");
    if (!words || player.querySelector(".widget-play .fa-pause")) return; // while it plays, words would fall behind
    const text = [...words.children].map((part) => part.textContent).join(". ");
    if (said !== null && said !== text) voice.textContent = text; // the first frame is on the page already
    said = text;
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
    player.append(voice);
    // JupyterLab's attribute for "these keys are mine"; it has to be on what has the focus, not around it.
    player.addEventListener("focusin", ({ target }) => { target.dataset.lmSuppressShortcuts = "true"; });
    watch.observe(player, { childList: true, subtree: true, attributes: true, attributeFilter: WATCHED });
    soon();
  }

  start(600);
  return () => { cancelAnimationFrame(frame); watch.disconnect(); voice.remove(); };
}

export default { render };
