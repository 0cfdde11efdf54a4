// The sheet to draw on, by pointer (mouse, finger, stylus) or by keyboard.

import { h } from "./elements.js";

/** An element of a drawing. Its namespace is asked for, so that no script on a page names an address. */
function drawn(tag, attributes, parent) {
  const { namespaceURI } = h("template", { innerHTML: "<svg></svg>" }).content.firstChild;
  const element = document.createElementNS(namespaceURI, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  parent?.append(element);
  return element;
}

const KEYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** The sheet to draw on, by pointer (mouse, finger, stylus) or by keyboard. */
export function sheetPart(pad) {
  const { side } = pad, sheet = drawn("svg", { viewBox: `0 0 ${side} ${side}`, class: "course-sheet", tabindex: 0,
    role: "application", "aria-label": "Sheet to draw a digit on. With the keyboard: arrow keys move the pen, "
      + "the space bar puts it down and lifts it, Delete takes the last stroke back, Tab leaves." });
  const hint = drawn("text", { class: "course-hint", x: side / 2, y: side / 2 }, sheet);
  hint.textContent = "Draw a digit here";
  const lines = drawn("g", { class: "course-strokes", "stroke-width": pad.nib.most }, sheet);
  const pen = drawn("circle", { class: "course-pen", r: pad.nib.most / 2 + 2, visibility: "hidden" }, sheet);
  byPointer(pad, sheet);
  byKeyboard(pad, sheet, pen);
  const show = () => {
    while (lines.childElementCount > pad.strokes.length) lines.lastChild.remove();
    while (lines.childElementCount < pad.strokes.length) drawn("polyline", {}, lines);
    pad.strokes.forEach((points, i) => lines.children[i].setAttribute("points", points.map((point) => point.join()).join(" ")));
    hint.setAttribute("visibility", pad.strokes.length ? "hidden" : "visible");
  };
  return { element: sheet, show };
}

function byPointer(pad, sheet) {
  let drawing = null; // the pointer that draws; a second finger or the ball of a hand does not
  const place = (event) => {
    const box = sheet.getBoundingClientRect();
    const inside = (x) => Math.min(pad.side, Math.max(0, Math.round(x * 10) / 10));
    return [inside(((event.clientX - box.left) / box.width) * pad.side), inside(((event.clientY - box.top) / box.height) * pad.side)];
  };
  sheet.addEventListener("pointerdown", (event) => {
    if (drawing !== null || event.button !== 0) return;
    event.preventDefault(); // no text is marked
    sheet.focus({ preventScroll: true, focusVisible: false });
    sheet.setPointerCapture((drawing = event.pointerId));
    pad.begin(place(event));
  });
  sheet.addEventListener("pointermove", (event) => {
    if (event.pointerId !== drawing) return;
    const all = event.getCoalescedEvents?.() ?? [];
    for (const each of all.length ? all : [event]) pad.go(place(each));
  });
  const lift = (event) => {
    if (event.pointerId !== drawing) return;
    drawing = null;
    pad.lift();
  };
  for (const name of ["pointerup", "pointercancel"]) sheet.addEventListener(name, lift);
}

function byKeyboard(pad, sheet, pen) {
  const step = pad.side / 28;
  let at = [pad.side / 2, pad.side / 4], down = false;
  const show = () => {
    pen.setAttribute("cx", at[0]);
    pen.setAttribute("cy", at[1]);
    pen.classList.toggle("down", down);
    pen.setAttribute("visibility", sheet.matches(":focus-visible") ? "visible" : "hidden");
  };
  const lift = () => {
    if (down) pad.lift();
    down = false;
  };
  const put = () => {
    down = true;
    pad.begin(at);
  };
  sheet.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (KEYS[event.key]) {
      at = at.map((x, axis) => Math.min(pad.side, Math.max(0, x + step * KEYS[event.key][axis])));
      if (down) pad.go(at);
    } else if (event.key === " ") (down ? lift : put)();
    else if (event.key === "Escape" && down) lift();
    else if (["Delete", "Backspace"].includes(event.key)) { lift(); pad.undo(); }
    else return;
    event.preventDefault();
    show();
    if (event.key === " " && down) pad.say("Pen down.");
  });
  sheet.addEventListener("focus", show);
  sheet.addEventListener("pointerdown", () => { lift(); show(); });
  sheet.addEventListener("blur", () => { lift(); show(); });
}
