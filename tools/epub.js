// A page of the built book for an e-reader (tools/epub.py): runs in a page of the server that serves the book.

/** What a drawing looks like, written on it: readers know no custom properties and few style sheets within SVG. */
function settle(drawing) {
  for (const part of [drawing, ...drawing.querySelectorAll("*")]) {
    const look = getComputedStyle(part);
    for (const name of ["fill", "stroke", "stroke-width", "stroke-dasharray", "opacity", "fill-opacity", "font-size", "font-weight",
      "text-anchor", "dominant-baseline", "visibility", "display"]) {
      const value = look.getPropertyValue(name);
      if (value && !/^(auto|normal|inline|visible)$/.test(value)) part.setAttribute(name, value);
    }
    part.removeAttribute("style");
  }
  const { width, height } = drawing.getBoundingClientRect();
  drawing.setAttribute("viewBox", drawing.getAttribute("viewBox") ?? `0 0 ${width} ${height}`);
  drawing.setAttribute("width", Math.round(width) || 300);
  drawing.removeAttribute("height");
}

/** Replace an element by another with the same content. */
function become(part, name, look = "") {
  const made = document.createElement(name);
  if (look) made.className = look;
  made.append(...part.childNodes);
  part.replaceWith(made);
  return made;
}

/** A page of `pages`: its title, XHTML, pictures, headings, whether it has formulas and drawings. */
async function chapter(name, pages, renamed) {
  const page = new DOMParser().parseFromString(await (await fetch(`/${name}`)).text(), "text/html");
  const found = document.adoptNode(page.querySelector("article.bd-article"));
  for (const place of found.querySelectorAll(".course-asleep")) place.replaceWith(...place.querySelectorAll("style"));
  for (const part of found.querySelectorAll(`.headerlink, .course-tip, .viewcode-link, .copybtn, .course-pad-room, .only-dark, script, noscript, button,
    .sd-summary-icon, .sd-summary-state-marker`)) part.remove();
  document.body.replaceChildren(found); // so that its drawings have a look
  for (const drawing of found.querySelectorAll("svg")) settle(drawing);
  for (const style of found.querySelectorAll("style")) style.remove();
  for (const formula of found.querySelectorAll("mjx-container")) {
    const math = formula.querySelector("mjx-assistive-mml > math");
    math.setAttribute("alttext", formula.dataset.tex);
    if (formula.getAttribute("display")) math.setAttribute("display", "block");
    formula.replaceWith(math);
  }
  for (const title of found.querySelectorAll("summary > p")) // two in a summary, for open and folded; XHTML has none there
    if (title.matches(".expanded")) title.remove();
    else title.replaceWith(...title.childNodes);
  for (const image of found.querySelectorAll("img")) {
    image.alt ||= "";
    if (image.src.startsWith("data:")) continue; // in the page itself
    const path = new URL(image.getAttribute("src"), new URL(name, location.origin)).pathname.slice(1);
    for (const other of ["loading", "decoding", "style", "width", "height"]) image.removeAttribute(other);
    image.setAttribute("src", renamed(path));
  }
  for (const link of found.querySelectorAll("a")) {
    const url = link.hasAttribute("href") && new URL(link.getAttribute("href"), new URL(name, location.origin));
    for (const { name: other } of [...link.attributes]) if (!["id", "href"].includes(other)) link.removeAttribute(other);
    if (!url || url.origin !== location.origin) continue;
    const there = url.pathname.slice(1);
    if (pages.includes(there)) link.setAttribute("href", (there === name ? "" : there.replaceAll("/", "-").replace(".html", ".xhtml")) + url.hash || "#");
    else link.removeAttribute("href");
  }
  for (const part of found.querySelectorAll("*")) {
    for (const { name: other } of [...part.attributes])
      if (/^(data-|aria-|role$|tabindex$|part$|on|open$)/.test(other)) part.removeAttribute(other);
    if (part.id) part.id = part.id.replace(/[^\w.-]/g, "-");
    if (part.localName === "progress") part.remove();
  }
  for (const link of found.querySelectorAll('a[href*="#"]'))
    link.setAttribute("href", link.getAttribute("href").replace(/#(.*)/, (_, id) => `#${decodeURIComponent(id).replace(/[^\w.-]/g, "-")}`));
  const headings = [...found.querySelectorAll("h2")].map((head) => [head.closest("section[id]")?.id, head.textContent]);
  const title = found.querySelector("h1").textContent;
  const text = new XMLSerializer().serializeToString(become(found, "main")).replace(/^<main[^>]*>/, "<main>");
  const pictures = [...text.matchAll(/ src="images\/([^"]+)"/g)].map((each) => each[1]);
  return { title, text, pictures, headings, math: text.includes("<math"), svg: text.includes("<svg") };
}
