// A chapter's slides (tools/slides.py): reveal.js turns them; on a telephone held upright they are a page to scroll.

const PRINTED = /print-pdf/i.test(location.search);
const UPRIGHT = matchMedia("screen and (max-width: 600px) and (orientation: portrait)");
const WIDE = "pre, div.math, .output, .pst-scrollable-table-container";

/** Make what a slide shows as much smaller as it must be: nothing is cut off. A widget that is taller still scrolls
    on a wall. */
function fit(shown) {
  const room = shown.parentElement, look = shown.style;
  const least = PRINTED ? 0.2 : shown.closest(".slide-widget") ? 0.5 : 0.3;
  const over = (scale) => shown.offsetHeight * scale > room.clientHeight + 1
    || [...shown.querySelectorAll(WIDE)].some((part) => part.scrollWidth > part.clientWidth + 1);
  for (let scale = 1; scale > least; scale -= 0.02) {
    look.width = `${100 / scale}%`;
    look.transform = `scale(${scale})`;
    if (!over(scale)) break;
  }
}

/** Whether a key is for reveal.js: not while a widget has the focus (Escape leaves it), but a remote control's always. */
function turns({ key }) {
  const at = document.activeElement;
  if (key === "Escape") at.blur();
  return /^Page/.test(key) || !(at.closest(".course-awake, .course-asleep") || /^(Enter| )$/.test(key) && at.matches("summary, a"));
}

function dark() {
  const page = document.documentElement.dataset;
  page.theme = page.theme === "dark" ? "light" : "dark";
}

if (PRINTED) {
  document.documentElement.dataset.theme = "light";
  for (const image of document.images) image.loading = "eager";
}
UPRIGHT.addEventListener("change", () => location.reload());
for (const place of document.querySelectorAll(".slide-widget .slide-room")) place.dataset.preventSwipe = "";
if (!UPRIGHT.matches) {
  const changed = new ResizeObserver((entries) => requestAnimationFrame(() => {
    for (const { target } of entries) if (target.offsetHeight) fit(target);
  }));
  for (const shown of document.querySelectorAll(".slide-shown")) changed.observe(shown);
  Reveal.initialize({ width: 800, height: 450, margin: 0, maxScale: 8, center: false, display: "flex", transition: "none",
    hash: true, slideNumber: "c/t", scrollActivationWidth: null, pdfSeparateFragments: false, pdfMaxPagesPerSlide: 1,
    keyboardCondition: turns, keyboard: { 68: dark }, plugins: [RevealNotes] });
}
