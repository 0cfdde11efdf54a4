// Sets the formulas that a cell shows as those of the book are set; fetched when the first one comes.

import { AssistiveMmlHandler } from "mathjax-full/js/a11y/assistive-mml.js";
import { browserAdaptor } from "mathjax-full/js/adaptors/browserAdaptor.js";
import { RegisterHTMLHandler } from "mathjax-full/js/handlers/html.js";
import { TeX } from "mathjax-full/js/input/tex.js";
import "mathjax-full/js/input/tex/ams/AmsConfiguration.js";
import { mathjax } from "mathjax-full/js/mathjax.js";
import { CHTML } from "mathjax-full/js/output/chtml.js";

AssistiveMmlHandler(RegisterHTMLHandler(browserAdaptor()));
const page = mathjax.document(document, {
  InputJax: new TeX({ packages: ["base", "ams"] }),
  OutputJax: new CHTML({ fontURL: `${document.documentElement.dataset.content_root}_static/fonts`, adaptiveCSS: false }),
});

/** A formula as SymPy writes it: $\displaystyle ...$ or \[...\]. */
export function set(text) {
  const tex = text.trim().replace(/^(\$\$?|\\\[)|(\$\$?|\\\])$/g, "");
  return page.convert(tex, { display: true });
}
