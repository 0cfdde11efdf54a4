// The book's search: what it looks through is fetched when it is opened, and the index is made in the page (MiniSearch).
// A form, wherever it stands, gets a list of places below it; arrow keys move in it, Enter opens the first.

const SEARCH_ROOT = document.documentElement.dataset.content_root;
let engine;

function load(name) {
  return new Promise((done, failed) => {
    const script = document.createElement("script");
    Object.assign(script, { src: `${SEARCH_ROOT}_static/${name}`, onload: done, onerror: failed });
    document.head.append(script);
  });
}

async function prepare() {
  await Promise.all([load("minisearch.js"), load("search-places.js")]);
  const { pages, places } = window.coursePlaces;
  const index = new MiniSearch({
    fields: ["title", "page", "words", "code"],
    searchOptions: {
      combineWith: "AND", prefix: true, fuzzy: (term) => (term.length > 4 ? 0.2 : false),
      boost: { title: 5, page: 1.5, code: 0.5 },
      boostDocument: (id) => ({ section: 1.3, exercise: 1.2, term: 2, theorem: 1.3, formula: 1 })[places[id][1]] ?? 0.8,
    },
  });
  index.addAll(places.map(([page, , , title, words, code], id) => ({ id, title, page: pages[page][1], words, code })));
  return (text) => index.search(text).slice(0, 30).map(({ id, terms }) => {
    const [page, kind, anchor, title, words] = places[id];
    return { kind, title, words, terms, page: pages[page][1], address: `${SEARCH_ROOT}${pages[page][0]}#${anchor}` };
  });
}

const element = (name, look, inside, text = "") => {
  const made = document.createElement(name);
  made.className = look;
  made.textContent = text;
  inside.append(made);
  return made;
};

// A line of a place's words around the first that was asked for, the words asked for marked.
function line(place, inside) {
  const asked = new RegExp(`(?<![\\p{L}\\d])(?:${place.terms.map((term) => RegExp.escape?.(term) ?? term.replace(/\W/g, "\\$&")).join("|")})`, "giu");
  const first = Math.max(0, place.words.search(asked)), start = first < 60 ? 0 : place.words.indexOf(" ", first - 50) + 1;
  const text = place.words.slice(start, start + 150);
  const shown = element("span", "course-line", inside, start ? "… " : "");
  let end = 0;
  for (const found of text.matchAll(asked)) {
    shown.append(text.slice(end, found.index));
    element("mark", "", shown, found[0]);
    end = found.index + found[0].length;
  }
  shown.append(text.slice(end) + (start + 150 < place.words.length ? " …" : ""));
}

function show(found, text, list, news) {
  list.replaceChildren();
  for (const place of found) {
    const link = element("a", "", element("li", "", list));
    link.href = place.address;
    element("span", "course-kind", link, place.kind === "section" ? "" : place.kind);
    element("b", "", link, place.title || place.kind);
    element("span", "course-page", link, place.page);
    line(place, link);
  }
  const many = found.length === 30 ? "30 places, the best first" : `${found.length} place${found.length === 1 ? "" : "s"}`;
  news.textContent = !text ? "" : found.length ? many : `Nothing in this book matches “${text}”.`;
}

function searchForm(form) {
  const field = form.querySelector("input");
  const news = element("p", "course-news", form.parentElement);
  news.setAttribute("role", "status");
  const list = element("ol", "course-found", form.parentElement);
  const look = async () => {
    const text = field.value.trim();
    if (!text) return show([], text, list, news);
    if (!engine) news.textContent = "One moment …";
    try {
      const find = await (engine ??= prepare());
      if (text === field.value.trim()) show(find(text), text, list, news);
    } catch {
      engine = undefined;
      news.textContent = "What the search looks through could not be fetched. Is the network there? Type on to try again.";
    }
  };
  field.addEventListener("focus", () => { engine ??= prepare(); engine.catch(() => { engine = undefined; }); });
  field.addEventListener("input", look);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    await look();
    list.querySelector("a")?.click();
  });
  form.parentElement.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    const stops = [field, ...list.querySelectorAll("a")], next = stops[stops.indexOf(document.activeElement) + step];
    event.preventDefault();
    next?.focus();
  });
  list.addEventListener("click", () => form.closest("dialog")?.close()); // the place may be on this page
  return { field, look };
}

setTimeout(() => {
  for (const form of document.querySelectorAll("#pst-search-dialog form")) searchForm(form);
  for (const form of document.querySelectorAll("form.course-search")) {
    const { field, look } = searchForm(form);
    field.value = new URLSearchParams(location.search).get("q") ?? "";
    field.focus();
    look();
  }
});
