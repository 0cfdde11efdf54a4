// Widgets typeset their mathematics through MathJax 2 (MathJax.Hub.Queue); the book has MathJax 3.
// This gives MathJax 3 that one call, for elements that come before it has loaded too.
(() => {
  const typeset = (element) => {
    const mathjax = window.MathJax;
    if (mathjax && mathjax.typesetPromise) {
      mathjax.startup.promise.then(() => mathjax.typesetPromise([element]));
    } else {
      window.addEventListener("load", () => setTimeout(typeset, 100, element), { once: true });
      if (document.readyState === "complete") setTimeout(typeset, 100, element);
    }
  };
  const hub = {
    Queue: (...calls) => calls.forEach(([what, , element]) => what === "Typeset" && typeset(element)),
  };
  let value = window.MathJax;
  if (value) value.Hub = hub;
  Object.defineProperty(window, "MathJax", {
    configurable: true,
    get: () => value,
    set: (next) => { value = next; if (value) value.Hub = hub; },
  });
})();
