// Sets formulas as the reader's browser would, once, when the book is built.
// stdin: [{ tex, display }]; stdout: { html: [a container or { error }], css }.

import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

const require = createRequire(process.argv[2] + "/"); // where the packages are
const { mathjax } = require("mathjax-full/js/mathjax.js");
const { TeX } = require("mathjax-full/js/input/tex.js");
const { CHTML } = require("mathjax-full/js/output/chtml.js");
const { liteAdaptor } = require("mathjax-full/js/adaptors/liteAdaptor.js");
const { RegisterHTMLHandler } = require("mathjax-full/js/handlers/html.js");
const { AssistiveMmlHandler } = require("mathjax-full/js/a11y/assistive-mml.js");
const { AllPackages } = require("mathjax-full/js/input/tex/AllPackages.js");

const SIZE = { em: 17, ex: 8, containerWidth: 700 };
const adaptor = liteAdaptor();
AssistiveMmlHandler(RegisterHTMLHandler(adaptor));
const packages = AllPackages.filter((name) => !["noerrors", "noundefined"].includes(name));
const input = new TeX({ packages, formatError: (_, error) => { throw error; } });
const output = new CHTML({ fontURL: "../fonts", adaptiveCSS: false, scale: Number(process.argv[3]) });
const page = mathjax.document("", { InputJax: input, OutputJax: output });

function set({ tex, display }) {
  try {
    const container = page.convert(tex, { display, ...SIZE });
    adaptor.setAttribute(container, "data-tex", tex);
    return adaptor.outerHTML(container);
  } catch (error) {
    return { error: error.message };
  }
}

const html = JSON.parse(readFileSync(0, "utf8")).map(set);
process.stdout.write(JSON.stringify({ html, css: adaptor.textContent(output.styleSheet(page)) }));
