// Sits unseen in a player. In Jupyter it keeps the notebook from taking the arrow keys away from the
// slider, and names what ipywidgets leave without a name; in the built book the page does the naming.

function render({ el }) {
  el.style.display = "none";
  const name = (element, words) => element && !element.hasAttribute("aria-label") && element.setAttribute("aria-label", words);
  let frame = 0;
  (function once(tries) {
    const player = el.closest(".course-stepper"), handle = player && player.querySelector(".noUi-handle");
    if (!handle) { // the box around it, or the slider, is not there yet
      if (tries) frame = requestAnimationFrame(() => once(tries - 1));
      return;
    }
    // JupyterLab's attribute for "these keys are mine"; it has to be on what has the focus, not around it.
    player.addEventListener("focusin", ({ target }) => { target.dataset.lmSuppressShortcuts = "true"; });
    for (const each of player.querySelectorAll(".noUi-handle"))
      name(each, each.closest(".widget-slider").querySelector(".widget-label").textContent);
    for (const play of player.querySelectorAll(".widget-play")) {
      name(play.querySelectorAll("button")[0], "Play or pause");
      name(play.querySelectorAll("button")[1], "Back to the start");
    }
  })(600);
  return () => cancelAnimationFrame(frame);
}

export default { render };
