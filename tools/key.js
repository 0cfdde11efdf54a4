// Exercises and quizzes with their answers in one document, to be printed (tools/key.py): with what `pdf.js` brings.

/** Fill the document, a chapter a part; returns of each its exercises, solutions, questions and right answers. */
async function composeKey({ pages, title }) {
  document.title = title;
  make("h1", "key-title", document.body, title);
  const counts = {};
  for (const name of pages) {
    const found = await article(name, []), part = make("section", "part bd-article", document.body), heading = found.querySelector("h1");
    part.append(heading, ...["exercises", "quiz"].map((id) => found.querySelector(`[id="${slug(name)}--${id}"]`)));
    head(part, `key-${slug(name)}`, heading.textContent);
    for (const fold of part.querySelectorAll("details")) fold.open = true;
    for (const right of part.querySelectorAll("details.quiz:is(.right, .number) .sd-summary-text")) right.prepend("✓ ");
    counts[name] = ["div.exercise", "div.solution", "details.quiz", "details.quiz:is(.right, .number)"].map((what) => part.querySelectorAll(what).length);
  }
  await document.fonts.ready;
  await Promise.all([...document.images].map((image) => image.decode().catch(() => 0)));
  return counts;
}
