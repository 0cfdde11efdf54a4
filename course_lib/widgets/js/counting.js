// One network at a time as a tree of layers, each with its share of the parameters or of the work.
// Every number and formula comes from Python (course_lib/widgets/counting.py); nothing is counted here.

import { make } from "./elements.js";

const MEASURES = ["parameters", "work"];

const title = (network) => [network.name, network.variant].filter(Boolean).join(", ");

function render({ model, el }) {
  const networks = JSON.parse(model.get("networks"));
  el.classList.add("jupyter-widgets"); // as ipywidgets mark what is drawn
  // A form, because radio buttons exclude each other within one: two widgets do not meet.
  const root = make("form", "course-frame course-counting", el);
  // Keys are ours, not JupyterLab's: its attribute has to be on what has the focus, not around it.
  root.addEventListener("focusin", ({ target }) => { target.dataset.lmSuppressShortcuts = "true"; });
  root.addEventListener("submit", (event) => event.preventDefault());

  const controls = make("div", "count-controls", root);
  const select = make("select", "", make("label", "", controls, "Network "));
  for (const network of networks) make("option", "", select, title(network));
  const choice = make("fieldset", "", controls);
  make("legend", "", choice, "Bars show");
  const radios = MEASURES.map((name, i) => {
    const label = make("label", "", choice);
    const radio = make("input", "", label);
    Object.assign(radio, { type: "radio", name: "measure", checked: i === 0 });
    label.append(name === "work" ? " work (multiply-adds)" : ` ${name}`);
    return radio;
  });
  const total = make("p", "count-total", root);
  const stage = make("div", "count-stage", root);
  const hint = make("p", "count-hint", root);
  const voice = make("p", "count-voice", root);
  voice.setAttribute("role", "status");

  let measure = 0; // an index into MEASURES, and into the pairs "sums", "counts", "shares", "bars"
  let current = null; // the list item that has the tree's place in the order of Tab
  let shown = null; // the list item whose details are seen: the current one, or the one pointed at

  // ------------------------------------------------------------ the tree
  function tree(network) {
    const list = make("ul", "count-tree");
    list.setAttribute("role", "tree");
    list.setAttribute("aria-label", `Layers of ${network.name}`);
    for (const layer of network.layers) item(layer, 1, list);
    return list;
  }

  function item(layer, level, list) {
    const li = make("li", "", list);
    li.setAttribute("role", "treeitem");
    li.setAttribute("aria-level", level);
    li.tabIndex = -1;
    li.layer = layer;
    const row = make("div", "count-row", li);
    make("span", "count-name", row, layer.name);
    make("span", `count-bar count-${layer.kind.replace(" ", "-")}`, make("span", "count-track", row));
    make("span", "count-share", row);
    make("div", "count-details", li);
    row.addEventListener("mousedown", (event) => event.preventDefault()); // the focus waits for the click
    row.addEventListener("click", () => tap(li));
    if (layer.parts) {
      const group = make("ul", "", li);
      group.setAttribute("role", "group");
      for (const part of layer.parts) item(part, level + 1, group);
      open(li, false);
    }
    return li;
  }

  const isOpen = (li) => li.getAttribute("aria-expanded") === "true";
  const open = (li, wanted) => { li.setAttribute("aria-expanded", wanted); };
  const above = (li) => li.parentElement.closest("[role=treeitem]");
  const inSight = () => [...stage.querySelectorAll("[role=treeitem]")].filter((li) => !above(li) || isOpen(above(li)));
  // On a wide page the details stand beside the list, on a narrow one below their layer.
  const beside = () => getComputedStyle(stage).getPropertyValue("--beside").trim() === "1";

  function tap(li) {
    const row = li.querySelector(".count-row"), before = row.getBoundingClientRect().top;
    choose(li);
    li.focus({ preventScroll: true });
    if (li.layer.parts) open(li, !isOpen(li));
    if (!beside()) window.scrollBy(0, row.getBoundingClientRect().top - before); // the row stays under the finger
  }

  // ------------------------------------------------------------ what is shown
  function fill(li) {
    const { layer } = li;
    const bar = li.querySelector(".count-bar");
    bar.style.width = `${layer.bars[measure]}%`;
    li.querySelector(".count-share").textContent = layer.shares[measure] || "–";
    const share = layer.shares[measure] ? `${layer.shares[measure]} of the` : "no";
    li.setAttribute("aria-label", `${layer.name}, ${share} ${MEASURES[measure]}`);
  }

  function details(li) {
    const { layer } = li, network = networks[select.selectedIndex], box = li.querySelector(":scope > .count-details");
    box.replaceChildren();
    make("p", "count-title", box, `${layer.name}: ${layer.what}`);
    line(box, "in", layer.in);
    line(box, "out", layer.out);
    if (layer.side) line(box, "side", layer.side);
    line(box, "parameters", layer.sums[0] ? `${layer.sums[0]} = ${layer.counts[0]}` : "nothing to learn",
      layer.shares[0] && `${layer.shares[0]} of ${network.totals[0]}`, layer.letters);
    line(box, "work", layer.sums[1] ? `${layer.sums[1]} = ${layer.counts[1]}` : "none with a weight",
      layer.shares[1] && `${layer.shares[1]} of ${network.totals[1]}`);
  }

  function line(box, name, text, more, letters) {
    make("span", "count-term", box, name);
    const value = make("div", "count-value", box);
    if (letters) make("div", "count-letters", value).innerHTML = letters; // our own markup, from letters() in Python
    make("div", "", value, text.replace("= ", "=\u00a0")); // the result stays with its sign
    if (more) make("div", "count-more", value, more);
  }

  function show(li) {
    if (shown) shown.classList.remove("count-shown");
    shown = li;
    li.classList.add("count-shown");
    details(li);
    const box = li.querySelector(":scope > .count-details");
    if (!beside()) { box.style.top = ""; return; }
    // Beside a list that is scrolled half away, the details come down into sight.
    const lowest = stage.clientHeight - box.offsetHeight;
    box.style.top = `${Math.max(0, Math.min(64 - stage.getBoundingClientRect().top, lowest))}px`;
  }

  function choose(li, say = true) {
    if (current) current.tabIndex = -1;
    current = li;
    li.tabIndex = 0;
    for (const each of stage.querySelectorAll("[aria-selected]")) each.removeAttribute("aria-selected");
    li.setAttribute("aria-selected", "true");
    show(li);
    if (!say) return;
    const { layer } = li, network = networks[select.selectedIndex];
    const learns = layer.sums[0] ? `${layer.sums[0]} = ${layer.counts[0]} parameters, ${layer.shares[0]} of ${network.name}` : "nothing to learn";
    voice.textContent = `${layer.name}: ${learns}. Out: ${layer.out}.`;
  }

  function redraw() {
    for (const li of stage.querySelectorAll("[role=treeitem]")) fill(li);
    root.dataset.measure = MEASURES[measure];
  }

  function draw() {
    const network = networks[model.get("chosen")];
    select.selectedIndex = model.get("chosen");
    total.textContent = `${network.totals[0]} parameters, biases counted; ${network.totals[1]} multiply-adds for one picture of ${network.input.replaceAll(" ", "\u00a0")}`;
    const folds = network.layers.some((layer) => layer.parts);
    hint.textContent = "Point at a layer or tap it; in the list the arrow keys move." +
      (folds ? " A ▸ opens: click it, or press the right arrow." : "") +
      " Bars: share of the whole network, linear layers hatched. Left out: layers that neither learn nor resize.";
    current = shown = null;
    stage.replaceChildren(tree(network));
    redraw();
    choose(stage.querySelector("[role=treeitem]"), false);
  }

  // ------------------------------------------------------------ hand and keyboard
  select.addEventListener("change", () => {
    model.set("chosen", select.selectedIndex);
    model.save_changes();
    const network = networks[select.selectedIndex];
    voice.textContent = `${title(network)}: ${network.totals[0]} parameters in ${network.layers.length} layers.`;
  });
  radios.forEach((radio, i) => radio.addEventListener("change", () => { measure = i; redraw(); }));
  let mouse = ""; // where on the screen it was
  stage.addEventListener("pointermove", ({ target, pointerType, screenX, screenY }) => {
    const row = target.closest(".count-row"), before = mouse;
    mouse = `${screenX} ${screenY}`; // a page that scrolls under a mouse at rest points at nothing
    if (row && pointerType === "mouse" && mouse !== before && beside() && row.parentElement !== shown) show(row.parentElement);
  });
  stage.addEventListener("pointerleave", () => { if (current && shown !== current && beside()) show(current); });
  stage.addEventListener("focusin", (event) => {
    choose(event.target.closest("[role=treeitem]"));
  });
  stage.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const all = inSight(), at = all.indexOf(current), folds = current.layer.parts;
    const go = {
      ArrowDown: () => all[at + 1], ArrowUp: () => all[at - 1], Home: () => all[0], End: () => all.at(-1),
      ArrowRight: () => { if (folds && !isOpen(current)) open(current, true); else if (folds) return all[at + 1]; },
      ArrowLeft: () => { if (folds && isOpen(current)) open(current, false); else return above(current); },
      Enter: () => { if (folds) open(current, !isOpen(current)); },
      " ": () => { if (folds) open(current, !isOpen(current)); },
    }[event.key];
    if (!go) return;
    event.preventDefault();
    const next = go();
    if (next) next.focus();
  });

  const changed = () => draw();
  model.on("change:chosen", changed);
  draw();
  return () => model.off("change:chosen", changed);
}

export default { render };
