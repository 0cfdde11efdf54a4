// Takes a picture in (chosen, dropped or pasted) and hands it to Python in pieces; what became of it
// comes back as `news`. Without a kernel there is nobody to hand it to, and a sentence says so.

import { make } from "./elements.js";

export const PIECE = 1 << 20; // bytes: a message of ten million would close Jupyter's connection
const PATIENCE = 20_000; // milliseconds until a silent kernel is mentioned

const picture = (items) => [...items].find((item) => item.kind === "file" && item.type.startsWith("image/"));

export function intake({ model, el }) {
  const root = make("section", "course-frame course-intake", el);
  root.setAttribute("aria-label", "A picture to read");
  // Keys are ours, not JupyterLab's: its attribute has to be on what has the focus, not around it.
  root.addEventListener("focusin", ({ target }) => { target.dataset.lmSuppressShortcuts = "true"; });
  const still = make("p", "intake-still", root, model.get("still"));
  const live = make("div", "intake-live", root);
  live.hidden = true;
  const choose = make("button", "", live, "Choose a picture");
  const file = make("input", "", live);
  Object.assign(file, { type: "file", accept: "image/*", hidden: true });
  const camera = make("button", "intake-camera", live, "Take a photograph"); // where a finger points: a telephone
  const paste = make("button", "", live, "Paste");
  choose.type = camera.type = paste.type = "button";
  make("span", "", live, "or drop one here. Ctrl+V (⌘V) on the button pastes too.");
  const voice = make("p", "intake-news", root);
  voice.setAttribute("role", "status");
  let waiting = null;

  function say(text, kind = "") {
    clearTimeout(waiting);
    voice.textContent = text;
    root.dataset.kind = kind;
  }

  async function hand(blob, name) {
    if (!blob.size) return say(`${name} is empty: there is no picture in it. What stands below has not changed.`, "error");
    if (blob.size > model.get("most"))
      return say(`${name} is too large: ${(blob.size / 1e6).toFixed(0)} MB, and at most ${(model.get("most") / 1e6).toFixed(0)} are taken. ` +
        "Scale it down or crop it to the digits. What stands below has not changed.", "error");
    say(`Reading ${name} …`, "busy");
    waiting = setTimeout(() => say(`Python has not answered yet. It may be busy with another cell; ` +
      `if it was restarted, run this cell again and give it ${name} once more.`, "busy"), PATIENCE);
    const bytes = new Uint8Array(await blob.arrayBuffer()), of = Math.ceil(bytes.length / PIECE);
    for (let part = 0; part < of; part++)
      model.send({ name, part, of }, undefined, [bytes.slice(part * PIECE, (part + 1) * PIECE).buffer]);
  }

  const nothing = (where) => say(`There is no picture ${where}. Copy the picture itself, not its name or its address.`, "error");

  choose.addEventListener("click", () => { file.removeAttribute("capture"); file.click(); });
  camera.addEventListener("click", () => { file.setAttribute("capture", "environment"); file.click(); });
  file.addEventListener("change", () => {
    if (file.files.length) hand(file.files[0], file.files[0].name);
    file.value = ""; // so that the same file can be chosen again
  });
  paste.addEventListener("click", async () => {
    try {
      for (const item of await navigator.clipboard.read()) {
        const type = item.types.find((type) => type.startsWith("image/"));
        if (type) return hand(await item.getType(type), "the pasted picture");
      }
      nothing("on the clipboard");
    } catch { // the browser does not let a page look; a key press it lets through
      say("This browser does not hand over the clipboard at a click: press Ctrl+V (⌘V on a Mac) now.", "");
    }
  });
  root.addEventListener("paste", (event) => {
    event.preventDefault();
    event.stopPropagation(); // not into the notebook as well
    const item = picture(event.clipboardData.items);
    if (item) hand(item.getAsFile(), "the pasted picture"); else nothing("on the clipboard");
  });
  for (const kind of ["dragenter", "dragover", "dragleave", "drop"])
    root.addEventListener(kind, (event) => {
      if (live.hidden) return;
      event.preventDefault();
      event.stopPropagation();
      root.classList.toggle("intake-over", kind === "dragenter" || kind === "dragover");
      if (kind !== "drop") return;
      const dropped = event.dataTransfer.files[0];
      if (dropped) hand(dropped, dropped.name); else nothing("in what was dropped");
    });

  const told = () => { const { text, kind } = model.get("news"); if (text) say(text, kind); };
  const heard = (message) => { if (message.here) { still.hidden = true; live.hidden = false; } };
  model.on("change:news", told);
  model.on("msg:custom", heard);
  told();
  model.send({ ask: "here" }); // only a kernel answers
  return () => { clearTimeout(waiting); model.off("change:news", told); model.off("msg:custom", heard); };
}

export default { render: intake };
