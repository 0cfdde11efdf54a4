// Loaded after require.js and before the widget manager: modules of widgets are found in the book,
// never on a server of somebody else.
(() => {
  const script = document.currentScript;
  const base = new URL("vendor/widgets/", script.src).href;
  script.setAttribute("data-jupyter-widgets-cdn", base);
  window.requirejs.config({ baseUrl: base });
})();
