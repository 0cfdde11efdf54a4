// The whole book in one document, to be printed (tools/pdf.py): runs in a page of the server that serves the book.

const slug = (name) => name.replace(/^book\/|\.html$/g, "").replaceAll("/", "-");
const make = (name, look, inside, text = "") => {
  const made = document.createElement(name);
  made.className = look;
  made.textContent = text;
  inside.append(made);
  return made;
};

/** A page's article; its ids, and what refers to them, are those of the page's own within the document. */
async function article(name, pages) {
  const page = new DOMParser().parseFromString(await (await fetch(`/${name}`)).text(), "text/html");
  const found = document.adoptNode(page.querySelector("article.bd-article")), own = (id) => `${slug(name)}--${id}`;
  for (const part of found.querySelectorAll(".course-asleep")) part.replaceWith(...part.querySelectorAll("style"));
  for (const part of found.querySelectorAll(".headerlink, .sd-summary-icon, .sd-summary-chevron-right, .sd-summary-state-marker, .course-tip, .viewcode-link, .copybtn, script, noscript, .course-pad-room, .only-dark"))
    part.remove();
  for (const part of found.querySelectorAll("*")) {
    for (const { name: attribute, value } of [...part.attributes]) {
      if (attribute === "id") part.id = own(value);
      else if (/^(for|headers|aria-(labelledby|describedby))$/.test(attribute)) part.setAttribute(attribute, value.split(" ").map(own).join(" "));
      else if (value.includes("url(#")) part.setAttribute(attribute, value.replaceAll("url(#", `url(#${slug(name)}--`));
    }
  }
  for (const image of found.querySelectorAll("img")) {
    image.src = new URL(image.getAttribute("src"), new URL(name, location.origin));
    image.loading = "eager";
  }
  for (const link of found.querySelectorAll("a[href]")) link.href = target(link.getAttribute("href"), name, pages);
  for (const link of found.querySelectorAll('a[href=""]')) link.removeAttribute("href"); // a file, a page of code
  return found;
}

/** Where a link leads within the document; other hosts stay, what is not in the document leads nowhere. */
function target(address, name, pages) {
  const url = new URL(address, new URL(name, location.origin));
  if (url.origin !== location.origin) return address;
  const page = url.pathname.slice(1);
  if (!pages.includes(page)) return "";
  return url.hash ? `#${slug(page)}--${decodeURIComponent(url.hash.slice(1))}` : `#${slug(page)}`;
}

/** Take the answers out of a chapter: an exercise's solution, what a quiz says to each choice, or to a number. Folds stand open. */
function answers(found, title) {
  const box = document.createElement("section");
  make("h2", "", box, title);
  let asked = null;
  for (const part of found.querySelectorAll("div.solution, details.quiz")) {
    if (part.matches(".solution")) { box.append(part); continue; }
    const before = part.previousElementSibling, choice = make("p", "quiz-choice", box);
    if (!before?.matches(".quiz-choice")) asked = make("div", "quiz-answers", box);
    if (before && !before.matches(".quiz-choice")) asked.append(Object.assign(before.cloneNode(true), { className: "quiz-question" }));
    const said = make("div", "quiz-said", asked);
    if (part.matches(".number")) choice.append("Your number:");
    else {
      make("strong", "", said).append(...part.querySelector(".sd-summary-text, summary").cloneNode(true).childNodes);
      choice.append("○ ", ...part.querySelector(".sd-summary-text, summary").childNodes);
    }
    said.append(...part.querySelector(".sd-summary-content").cloneNode(true).childNodes);
    part.replaceWith(choice);
  }
  for (const fold of found.querySelectorAll("details")) fold.open = true;
  for (const part of box.querySelectorAll("[id]")) if (found.querySelector(`[id="${CSS.escape(part.id)}"]`)) part.removeAttribute("id");
  return box.children.length > 1 ? box : null;
}

/** Head every page of a part with its name (named pages, which Chromium knows). */
function head(part, name, title) {
  part.style.page = name;
  make("style", "", document.head, `@page ${name} { @top-center { content: ${JSON.stringify(title)}; } }`);
}

/** Fill the document: title, contents, the pages, the answers, the licence. */
async function compose({ pages, title, subtitle, licence }) {
  document.title = title;
  const body = document.body, cover = make("section", "cover", body), contents = make("nav", "course-contents", body);
  make("p", "cover-title", cover, title);
  make("p", "cover-subtitle", cover, subtitle);
  make("p", "cover-licence", cover, licence);
  make("p", "contents-title", contents, "Contents");
  const end = document.createElement("section");
  end.className = "bd-article";
  make("h1", "", end, "Answers");
  for (const name of pages) {
    const part = make("section", "part", body), found = await article(name, pages), heading = found.querySelector("h1");
    part.id = slug(name);
    head(part, `p-${slug(name)}`, heading.textContent);
    part.append(found);
    const said = answers(found, heading.textContent);
    if (said) end.append(said);
  }
  const last = make("section", "part", body);
  last.append(end);
  head(last, "p-answers", "Answers");
  for (const heading of body.querySelectorAll("h1, h2")) {
    heading.id ||= `heading-${contents.children.length}`;
    const line = make("a", `contents-${heading.tagName.toLowerCase()}`, contents, "");
    line.href = `#${heading.id}`;
    make("span", "", line, heading.textContent);
    make("span", "contents-page", line);
  }
  await document.fonts.ready;
  await Promise.all([...document.images].map((image) => image.decode().catch(() => 0)));
  return [...contents.querySelectorAll("a")].map((line) => line.firstChild.textContent);
}
