// What was read, put right by hand: a digit is tapped in its row or in the picture and changed, one too many is
// taken out, a missing one put in; the rows are copied as text or as CSV. It needs no kernel.

import { button, h, make } from "./elements.js";

const COLUMNS = ["row", "place", "label", "confidence", "top", "left", "bottom", "right"]; // as `read --csv` has them
const NOWHERE = ["", "", "", ""]; // the box of a digit that the reader had not found

/** The digits in rows: rows[row][place]. */
export const inRows = (digits) => digits.reduce((rows, digit) => {
  (rows[digit.row] ??= []).push({ ...digit, byHand: false });
  return rows;
}, []);

export const strings = (rows) => rows.map((row) => row.map(({ label }) => label).join(""));

export const csv = (rows) => [COLUMNS, ...rows.flatMap((row, r) => row.map(({ label, confidence, box, byHand }, k) =>
  [r, k, label, byHand ? "" : confidence.toFixed(4), ...box]))].map((line) => `${line.join(",")}\n`).join("");

const middle = ([top, left, bottom, right]) => [(left + right) / 2, (top + bottom) / 2];

const sides = ([top, left, bottom, right]) => `x="${left - 1}" y="${top - 1}" width="${right - left + 2}" height="${bottom - top + 2}"`;

/** What lies at a point of the picture: the row and the place of a digit, or of one that is missing there. */
export function under(rows, x, y) {
  let found = { row: 0, place: 0, missing: true }, nearest = Infinity;
  rows.forEach((digits, row) => digits.forEach(({ where }, place) => {
    const [top, left, bottom, right] = where, [cx, cy] = middle(where);
    if (left <= x && x <= right && top <= y && y <= bottom && !(nearest < 0)) {
      [found, nearest] = [{ row, place, missing: false }, -1];
    }
    const far = Math.hypot(x - cx, 3 * (y - cy)); // rows run across
    if (far >= nearest) return;
    nearest = far;
    const beside = Math.abs(y - cy) <= bottom - top, after = digits.filter((each) => middle(each.where)[0] < x).length;
    found = { row: beside || y < cy ? row : row + 1, place: beside ? after : 0, missing: true, newRow: !beside };
  }));
  return found;
}

/** The rows after a change: `label` put at a place ("" takes the digit out); rows without a digit are gone. */
export function put(rows, { row, place, missing, newRow, where }, label) {
  const now = rows.map((digits) => [...digits]);
  if (newRow || !now[row]) now.splice(row, 0, []);
  const old = missing ? { where: where ?? [0, 0, 0, 0], box: NOWHERE } : now[row][place];
  now[row].splice(place, missing ? 0 : 1, ...(label === "" ? [] : [{ ...old, label: Number(label), byHand: true }]));
  return now.filter((digits) => digits.length);
}

export function correcting({ model, answer, stages }) {
  let rows = [], chosen = null;
  const words = h("p", { className: "read-which" }), keys = h("div", { className: "read-keys" });
  const editor = h("div", { className: "read-editor", hidden: true }, words, keys);
  editor.setAttribute("role", "group");
  const voice = h("p", { className: "read-news" }), held = h("textarea", { readOnly: true, hidden: true, rows: 4, ariaLabel: "What was read" });
  voice.setAttribute("role", "status");
  const back = button("As it was read", () => { begin(); tell(); say("All as it was read."); });
  const take = h("div", { className: "read-take" },
    h("p", { textContent: "Tap a digit, here or in the picture of the last stage, to put it right; tap the picture where one is missing." }),
    button("Copy rows", () => copy(strings(rows).join("\n"), "The rows are")),
    button("Copy as CSV", () => copy(csv(rows), "The table is")), back, held, voice);

  const say = (text) => { voice.textContent = text; };
  const tell = () => { model.set("corrected", strings(rows)); model.save_changes(); };
  const name = ({ row, place }) => `Row ${row + 1}, digit ${place + 1}`;

  async function copy(text, what) {
    try {
      await navigator.clipboard.writeText(text);
      held.hidden = true;
      say(`${what} on the clipboard.`);
    } catch { // a page that is not served over https may not: its reader may
      Object.assign(held, { value: text, hidden: false });
      held.select();
      say("This browser lets a page not copy here: press Ctrl+C (⌘C on a Mac) now.");
    }
  }

  /** `label` for what is chosen; "" takes it out. */
  function change(label) {
    const { row, place } = chosen, gone = label === "";
    say(gone ? `${name(chosen)} is taken out.` : `${name(chosen)} is ${label} now.`);
    rows = put(rows, chosen, label);
    chosen = gone ? null : { row, place };
    draw();
    focusOn(row, place);
    tell();
  }

  /** The digit at a place, or the nearest before it that is there, has the focus; the page stays where it is. */
  function focusOn(row, place) {
    const lists = answer.querySelectorAll(".read-row"), list = lists[Math.min(row, lists.length - 1)];
    const buttons = list?.querySelectorAll("button") ?? [];
    buttons[Math.min(place, buttons.length - 1)]?.focus({ preventScroll: true });
  }

  /** Something is chosen, and what can be done to it stands `beside` where it was tapped. */
  function choose(which, beside = answer.querySelector(".read-rows")) {
    chosen = which;
    beside.after(editor);
    draw();
    if (which.missing || beside === stages) keys.firstChild.focus({ preventScroll: true });
    else focusOn(which.row, which.place);
    if (beside === stages) editor.scrollIntoView({ block: "nearest" }); // on a telephone the picture fills the screen
  }

  /** A digit as a button: keys change it, too. */
  function key(digit, row, place) {
    const here = { row, place }, made = button("", () => choose(here));
    made.append(h("b", { textContent: digit.label }), h("small", { textContent: digit.byHand ? "by hand" : digit.sure }));
    if (digit.unsure && !digit.byHand) made.className = "unsure";
    made.setAttribute("aria-pressed", String(!chosen?.missing && chosen?.row === row && chosen?.place === place));
    made.addEventListener("keydown", (event) => {
      const label = /^\d$/.test(event.key) ? event.key : ["Delete", "Backspace"].includes(event.key) ? "" : null;
      if (label === null || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      choose(here);
      change(label);
    });
    return h("li", {}, made);
  }

  function draw() {
    answer.querySelector(".read-rows").replaceChildren(...rows.map((row, r) => {
      const list = h("ul", { className: "read-row" }, ...row.map((digit, k) => key(digit, r, k)));
      list.setAttribute("aria-label", `Row ${r + 1}: ${strings([row])}`);
      return list;
    }));
    editor.hidden = !chosen;
    back.hidden = !rows.flat().some(({ byHand }) => byHand) && rows.flat().length === model.get("digits").length;
    if (chosen) drawEditor();
    mark();
  }

  function drawEditor() {
    const digit = chosen.missing ? null : rows[chosen.row][chosen.place];
    const { row, place } = chosen;
    editor.setAttribute("aria-label", words.textContent = !digit ? `A digit that is missing in row ${row + 1}: which is it?`
      : `${name(chosen)}: ${digit.byHand ? `${digit.label}, by hand` : `read as ${digit.label}, if not that, then ${digit.second}`}. What is it?`);
    const digits = Array.from({ length: 10 }, (_, n) => button(String(n), () => change(String(n)),
      digit && !digit.byHand && n === digit.second ? { className: "second" } : {}));
    keys.replaceChildren(...digits, ...(digit ? [button("Not a digit", () => change("")),
      button("One before it", () => choose({ row, place, missing: true }, editor.previousElementSibling)),
      button("One after it", () => choose({ row, place: place + 1, missing: true }, editor.previousElementSibling))] : []),
    button("Close", () => { chosen = null; draw(); focusOn(row, place); }));
  }

  /** The picture of the last stage shows what stands in the rows. */
  function mark() {
    const marks = stages.querySelector(".read-marks");
    if (!marks || !chosen && back.hidden && !marks.dataset.mine) return;
    marks.dataset.mine = "yes";
    const size = Number(marks.dataset.size), missing = chosen?.missing && chosen.where;
    marks.innerHTML = rows.flatMap((row, r) => row.map(({ where, label, unsure, byHand }, k) => {
      const look = [unsure && !byHand && "unsure", !chosen?.missing && chosen?.row === r && chosen?.place === k && "chosen"].filter(Boolean).join(" ");
      const [top, , , right] = where;
      return right ? `<rect class="box ${look}" ${sides(where)}/>`
        + `<text font-size="${0.6 * size}" x="${right}" y="${top + 0.3 * size}">${label}</text>` : "";
    })).join("") + (missing ? `<rect class="box unsure" ${sides(missing)}/>` : "");
  }

  function tapped({ target, clientX, clientY }) {
    const picture = target.closest?.("svg"), marks = picture?.querySelector(".read-marks");
    if (!marks) return;
    const { x, y } = new DOMPoint(clientX, clientY).matrixTransform(picture.getScreenCTM().inverse());
    const half = Number(marks.dataset.size) / 2;
    choose({ ...under(rows, x, y), where: [y - half, x - half / 2, y + half, x + half / 2] }, stages);
  }

  function begin() {
    rows = inRows(model.get("digits"));
    chosen = null;
    answer.querySelector(".read-rows").after(editor, take);
    draw();
  }

  begin();
  stages.addEventListener("click", tapped);
  const shown = globalThis.MutationObserver && new MutationObserver((changes) => {
    if (changes.some(({ target }) => target.matches(".course-frames"))) mark(); // the player has drawn a stage anew
  });
  shown?.observe(stages, { childList: true, subtree: true });
  return { begin, end: () => shown?.disconnect() };
}
