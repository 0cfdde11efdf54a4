// Names for what the widgets leave unnamed (buttons that only carry an icon, handles of sliders),
// and a voice for the steppers: the words of each new frame are announced to screen readers.
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
    }
    for (const stepper of document.querySelectorAll(".course-stepper")) announce(stepper);
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
    if (voice.said !== words.textContent) {
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
      { childList: true, subtree: true, attributes: true, attributeFilter: ["class"] });
    soon();
  };
  if (document.body) start(); else document.addEventListener("DOMContentLoaded", start);
})();
