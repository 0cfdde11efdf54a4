// Picks the rules of a style sheet that some page uses, or some script's words may make.
// node styles.mjs PACKAGES BOOK STYLES; stdout: the rules.

import { createRequire } from "node:module";

const [packages, book, styles] = process.argv.slice(2);
const require = createRequire(packages + "/");
const { PurgeCSS } = require("purgecss");

const [{ css }] = await new PurgeCSS().purge({
  content: [`${book}/**/*.html`, `${book}/_static/book.js`, `${book}/_static/widgets/*.js`, `${book}/_static/searchtools.js`],
  css: [styles],
  defaultExtractor: (text) => text.match(/[\w-/:.%]*[\w-/]/g) ?? [],
  safelist: { greedy: [/data-theme/, /data-mode/, /aria-/] },
  dynamicAttributes: ["open", "hidden", "type", "disabled", "data-theme", "data-mode", "data-is", "tabindex"],
});
process.stdout.write(css);
