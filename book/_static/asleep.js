// Wakes the page's widgets: when a reader comes near, or touches one. Until then each shows its first view, and
// what was done to that is done again to the widget that takes its place.

globalThis.courseKinds = {};
globalThis.courseStates = {};
globalThis.courseWidget = (kind, render) => { courseKinds[kind] = render; };
globalThis.courseState = (name, packed) => { courseStates[name] = packed; };

(() => {
  const CONTROLS = "button, input, select, summary, [tabindex]";
  const fetched = {};

  /** A script of the book; a page opened from a file may not fetch, but may load. */
  function load(name) {
    fetched[name] ??= new Promise((done, fail) => {
      const script = document.createElement("script");
      script.src = `${document.documentElement.dataset.content_root}_static/widgets/${name}.js`;
      script.onload = done;
      script.onerror = () => fail(new Error(`${script.src} is not there: build the book again.`));
      document.head.append(script);
    });
    return fetched[name];
  }

  async function unpacked(text) {
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return JSON.parse(await new Response(stream).text());
  }

  /** What the scripts of anywidgets ask of a model: values, and word of their changes. No kernel answers. */
  function modelOf(state) {
    const listeners = {};
    return {
      get: (name) => state[name],
      set(name, value) {
        if (state[name] === value) return;
        state[name] = value;
        for (const tell of listeners[`change:${name}`] ?? []) tell();
      },
      on(event, tell) { (listeners[event] ??= new Set()).add(tell); },
      off(event, tell) { listeners[event]?.delete(tell); },
      save_changes() {},
      send() {},
    };
  }

  const controls = (place) => [...place.querySelectorAll(CONTROLS)];

  /** Give the widget what the reader has given its first view: values, the press of a button, the focus. */
  function handOver(before, after, pressed, focused) {
    before.forEach((old, i) => {
      const now = after[i];
      if (old.tagName !== now?.tagName) return;
      if (old.type === "radio" ? old.checked && !old.defaultChecked : old.checked !== old.defaultChecked) now.click();
      else if (old.matches("input:not([type=radio], [type=checkbox], [type=file])") && old.value !== old.defaultValue
        || old.matches("select") && !old.selectedOptions[0]?.defaultSelected && old.querySelector("[selected]")) {
        now.value = old.value;
        for (const kind of ["input", "change"]) now.dispatchEvent(new Event(kind, { bubbles: true }));
      }
    });
    for (const i of pressed) after[i]?.click();
    after[focused]?.focus({ preventScroll: true });
  }

  async function wake(place) {
    if (place.dataset.waking) return;
    place.dataset.waking = "true";
    near.unobserve(place);
    const { widget, state } = place.dataset, pressed = [];
    const note = ({ target }) => { const i = controls(place).indexOf(target.closest("button, summary")); if (i >= 0) pressed.push(i); };
    place.addEventListener("click", note);
    try {
      await Promise.all([load(widget), load(state)]);
      const model = modelOf(await unpacked(courseStates[state]));
      delete courseStates[state];
      const fresh = document.createElement("div"), before = controls(place);
      fresh.className = "course-awake";
      place.after(fresh); // in the page while it is drawn: it measures itself
      fresh.style.cssText = "position:absolute;visibility:hidden;width:" + place.offsetWidth + "px";
      await courseKinds[widget]({ model, el: fresh });
      fresh.style.cssText = "";
      const focused = before.indexOf(document.activeElement);
      place.remove();
      handOver(before, controls(fresh), pressed, focused);
    } catch (problem) {
      place.dataset.waking = "";
      const said = document.createElement("p");
      said.setAttribute("role", "alert");
      said.textContent = `This widget did not wake: ${problem.message}`;
      place.before(said);
    }
  }

  const near = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) if (isIntersecting) wake(target);
  }, { rootMargin: "50% 0px" });

  setTimeout(() => {
    for (const place of document.querySelectorAll(".course-asleep")) {
      near.observe(place);
      for (const kind of ["pointerdown", "focusin"]) place.addEventListener(kind, () => wake(place));
    }
  });
})();
