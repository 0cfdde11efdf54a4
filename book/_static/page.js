// What every page does: formulas are copied as TeX, and those that are too wide can be scrolled by keyboard;
// a word of the glossary says its sentence while it is pointed at or has the focus, or at the first tap.

// The theme's own script, half of all: its menus, side bars, hints, and the keys that copy. It comes at the reader's
// first sign of life; a key that was pressed before it is there is pressed again when it is.
const THEME = document.currentScript.src.replace("book.js", "theme.js");
const KEYS = ".bd-header button, .bd-header-article button, .bd-sidebar button, #pst-back-to-top";
let theme, themed = false;
const come = () => (theme ??= new Promise((done) => {
  document.head.append(Object.assign(document.createElement("script"), { src: THEME, onload: () => { themed = true; done(); } }));
}));
for (const sign of ["pointermove", "pointerdown", "keydown", "focusin", "scroll"]) addEventListener(sign, come, { capture: true, passive: true, once: true });
addEventListener("click", (event) => {
  const key = themed ? null : event.target.closest?.(KEYS);
  if (!key) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  come().then(() => key.click());
}, true);
addEventListener("keydown", (event) => {
  if (themed || event.key !== "k" || !(event.ctrlKey || event.metaKey)) return; // opens the search
  event.preventDefault();
  come().then(() => dispatchEvent(new KeyboardEvent("keydown", event)));
}, true);

document.addEventListener("copy", (event) => {
  const selection = getSelection();
  if (selection.isCollapsed || !event.clipboardData) return;
  const copied = document.createElement("div");
  copied.append(selection.getRangeAt(0).cloneContents());
  const formulas = copied.querySelectorAll("mjx-container");
  if (!formulas.length) return;
  for (const formula of formulas) {
    const sign = formula.getAttribute("display") ? "$$" : "$";
    formula.replaceWith(sign + formula.dataset.tex + sign);
  }
  event.clipboardData.setData("text/plain", copied.textContent);
  event.preventDefault();
});

// A page that was opened at its top is laid out as its reader comes. Who leaps needs all of it, to land in the right place:
// whoever does so by a link has it from the page's head (light.py).
function layOut() {
  const { classList } = document.documentElement, parts = classList.contains("course-from-the-top");
  classList.remove("course-from-the-top");
  return parts;
}
addEventListener("hashchange", () => { if (layOut()) document.getElementById(decodeURIComponent(location.hash.slice(1)))?.scrollIntoView(); });

setTimeout(() => {
  // What is too wide or too high for its place can be scrolled by keyboard. Only what is seen is asked for its size:
  // a page does not lay out what nobody has come to.
  const reach = (part) => (part.scrollWidth > part.clientWidth || part.scrollHeight > part.clientHeight && !part.matches(".math") ? part.setAttribute("tabindex", "0") : part.removeAttribute("tabindex"));
  const seen = new Set(), near = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      seen[isIntersecting ? "add" : "delete"](target);
      if (isIntersecting) reach(target);
    }
  }, { rootMargin: "50% 0px" });
  const parts = document.querySelectorAll("div.math, .bd-article pre, .cell_output > .output, .jp-RenderedHTMLCommon, .pst-scrollable-table-container");
  const ask = () => parts.forEach((part) => (seen.has(part) ? reach(part) : part.setAttribute("tabindex", "0"))); // until it is seen, and fits
  ask();
  parts.forEach((part) => near.observe(part));
  addEventListener("resize", ask);
  if (HTMLElement.prototype.showPopover) sayWords();
  rememberPlace();
  for (const key of document.querySelectorAll('[onclick="window.print()"]')) key.onclick = () => print(); // a live page forbids code in its text
  for (const place of document.querySelectorAll(".course-live")) offerToRun(place);
});

// On paper every fold stands open; afterwards what was folded is folded again.
let unfolded = [];
addEventListener("beforeprint", () => {
  unfolded = [...document.querySelectorAll(".bd-article details:not([open])")];
  for (const fold of unfolded) fold.open = true;
});
addEventListener("afterprint", () => unfolded.forEach((fold) => { fold.open = false; }));

const NO_SERVER = "from a folder a browser starts no Python. In the book's folder, `python -m http.server` and the address that it names will do (`make serve`, where the book was built)";

// A chapter runs in the reader's browser when the reader asks for it: until then nothing of it is fetched.
function offerToRun(place) {
  const button = place.querySelector("button"), hint = place.querySelector(".course-live-hint");
  const fail = (problem) => {
    hint.setAttribute("role", "alert");
    hint.textContent = `This page does not run: ${problem.message}.`;
  };
  place.querySelector("a").onclick = (event) => {
    if (location.protocol !== "file:") return;
    event.preventDefault();
    fail(new Error(NO_SERVER));
  };
  button.onclick = async () => {
    button.disabled = true;
    try {
      if (location.protocol === "file:") throw new Error(NO_SERVER);
      if (!globalThis.WebAssembly) throw new Error("this browser has no WebAssembly, in which Python runs");
      const files = new URL(`${document.documentElement.dataset.content_root}_static/live/`, location.href).href;
      const { open } = await import(`${files}live.js?v=${place.dataset.version}`).catch(() => { throw new Error("its files are not in this book. Build it where npm and PyPI can be reached (`make book`)"); });
      hint.textContent = "";
      layOut();
      await open(place, files, place.dataset.page);
      button.remove();
    } catch (problem) {
      fail(problem);
      button.disabled = false;
    }
  };
}

// Where the reader was: each chapter notes the section that is being read, the first page offers the last one.
function rememberPlace() {
  const root = new URL(document.documentElement.dataset.content_root, location.href), here = location.href.slice(root.href.length);
  const kept = (value) => {
    try { return value === undefined ? JSON.parse(localStorage.getItem("course-place")) : localStorage.setItem("course-place", JSON.stringify(value)); } catch { return null; }
  };
  if (/^book\/index\.html/.test(here)) {
    const { page, title } = kept() ?? {};
    if (!/^book\/[\w/-]+\.html(#[\w.-]+)?$/.test(page)) return;
    const line = document.createElement("p"), link = document.createElement("a");
    line.className = "course-place";
    link.href = root.href + page;
    link.textContent = title;
    line.append("Go on where you were: ", link);
    document.querySelector("main h1").after(line);
  } else if (/^book\/\d\d-/.test(here)) {
    const sections = [...document.querySelectorAll("main section:has(> h1, > h2)")];
    addEventListener("scrollend", () => {
      const section = sections.findLast((each) => each.getBoundingClientRect().top < innerHeight / 2);
      if (!section || scrollY < innerHeight) return;
      const title = section.querySelector("h1, h2").textContent.replace("#", "").trim();
      kept({ page: `${here.split("#")[0]}#${section.id}`, title });
    });
  }
}

function sayWords() {
  let open = null, later = 0;
  const hide = () => { open?.hidePopover(); open = null; };
  const leave = () => { later = setTimeout(hide, 200); }; // time to move onto the sentence
  const stay = () => clearTimeout(later);
  const show = (word, tip) => {
    stay();
    if (tip === open) return;
    hide();
    open = tip;
    tip.showPopover();
    const at = word.getClientRects()[0], { width, height } = tip.getBoundingClientRect();
    const below = at.bottom + height < innerHeight;
    tip.style.left = `${Math.max(8, Math.min(at.left, document.documentElement.clientWidth - width - 8))}px`;
    tip.style.top = `${below ? at.bottom : at.top - height}px`;
  };
  for (const word of document.querySelectorAll(".course-term")) {
    const tip = word.nextElementSibling;
    tip.popover = "manual";
    word.setAttribute("aria-describedby", tip.id);
    let tapped = false;
    word.addEventListener("pointerdown", ({ pointerType }) => { tapped = pointerType !== "mouse" && tip !== open; });
    word.addEventListener("click", (event) => { if (tapped) { event.preventDefault(); show(word, tip); } });
    word.addEventListener("focus", () => { if (word.matches(":focus-visible")) show(word, tip); });
    word.addEventListener("blur", leave);
    for (const part of [word, tip]) {
      part.addEventListener("pointerenter", ({ pointerType }) => { if (pointerType === "mouse") show(word, tip); });
      part.addEventListener("pointerleave", ({ pointerType }) => { if (pointerType === "mouse") leave(); });
    }
  }
  addEventListener("keydown", ({ key }) => { if (key === "Escape") hide(); });
  addEventListener("pointerdown", ({ target }) => { if (open && !open.contains(target) && target !== open.previousElementSibling) hide(); });
  addEventListener("scroll", hide, { passive: true });
}
