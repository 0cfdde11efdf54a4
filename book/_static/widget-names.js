// Names for what the widgets leave unnamed (buttons that only carry an icon, handles of sliders), which
// of a row of buttons is pressed, where a slider stands, and a voice for the steppers: the words of each
// new frame are announced to screen readers, but not while it plays: they would fall behind.
(() => {
  const NAMES = { "fa-play": "Play", "fa-pause": "Pause", "fa-stop": "Back to the start", "fa-retweet": "Repeat" };
  // Only changes are written: every write would wake the observer again.
  const set = (element, name, value) => element.getAttribute(name) === value || element.setAttribute(name, value);

  function nameWidgets() {
    for (const icon of document.querySelectorAll(".widget-play button i")) {
      const found = Object.keys(NAMES).find((key) => icon.classList.contains(key));
      if (found) set(icon.parentElement, "aria-label", NAMES[found]);
    }
    for (const handle of document.querySelectorAll(".widget-slider .noUi-handle")) {
      const label = handle.closest(".widget-slider").querySelector(".widget-label");
      set(handle, "aria-label", (label && label.textContent) || "Slider");
      if (handle.closest(".course-stepper")) sayPlace(handle);
    }
    for (const row of document.querySelectorAll(".widget-toggle-buttons")) {
      const label = row.querySelector(".widget-label");
      set(row, "role", "group");
      if (label && label.textContent) set(row, "aria-label", label.textContent);
      for (const button of row.querySelectorAll("button"))
        set(button, "aria-pressed", String(button.classList.contains("mod-active")));
    }
    for (const stepper of document.querySelectorAll(".course-stepper")) announce(stepper);
  }

  // "4 of 20" rather than the slider's own "3.0": frames are counted from one.
  function sayPlace(handle) {
    const [now, least, most] = ["now", "min", "max"].map((name) => Math.round(handle.getAttribute(`aria-value${name}`)));
    set(handle, "aria-valuetext", `${now - least + 1} of ${most - least + 1}`);
  }

  function announce(stepper) {
    const words = stepper.querySelector(".course-frames .course-words");
    if (!words) return;
    let voice = stepper.querySelector(":scope > [role=status]");
    if (!voice) {
      voice = document.createElement("div");
      voice.setAttribute("role", "status");
      voice.style.cssText = "position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)";
      stepper.append(voice);
      voice.said = words.textContent; // the first frame is on the page already
    }
    const plays = stepper.querySelector(".widget-play .fa-pause");
    if (!plays && voice.said !== words.textContent) {
      voice.said = words.textContent;
      voice.textContent = [...words.children].map((part) => part.textContent).join(". ");
    }
  }

  let waiting = false;
  const soon = () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => { waiting = false; nameWidgets(); });
  };
  const start = () => {
    new MutationObserver(soon).observe(document.body,
      { childList: true, subtree: true, attributes: true, attributeFilter: ["class", "aria-valuenow", "aria-valuetext"] });
    soon();
  };
  if (document.body) start(); else document.addEventListener("DOMContentLoaded", start);
})();
