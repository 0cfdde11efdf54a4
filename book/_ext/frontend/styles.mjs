// Picks the rules of a style sheet that some page uses, or some script's words may make.
// node styles.mjs PACKAGES BOOK STYLES; stdout: the rules.

import fs from "node:fs";
import { createRequire } from "node:module";

const [packages, book, styles] = process.argv.slice(2);
const require = createRequire(packages + "/");
const { PurgeCSS } = require("purgecss");
const postcss = require("postcss");                 // PurgeCSS's own

const sheet = postcss.parse(fs.readFileSync(styles, "utf8"));
sheet.walkComments((comment) => comment.remove());
const [{ css }] = await new PurgeCSS().purge({
  content: [`${book}/**/*.html`, `${book}/_static/book.js`, `${book}/_static/theme.js`, `${book}/_static/widgets/*.js`, `${book}/_static/searchtools.js`],
  css: [{ raw: sheet.toString() }],
  variables: true,
  defaultExtractor: (text) => text.match(/[\w-/:.%]*[\w-/]/g) ?? [],
  // pages, widgets and what a live page draws ask for these variables too
  safelist: { greedy: [/data-theme/, /data-mode/, /aria-/], variables: [/^--(course|swatch|jp|widget|pst-(color|font))/] },
  dynamicAttributes: ["open", "hidden", "type", "disabled", "data-theme", "data-mode", "data-is", "tabindex"],
});
process.stdout.write(css);
