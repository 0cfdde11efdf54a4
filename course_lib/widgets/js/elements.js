// Elements for the page: what the widgets' scripts share. course_lib/widgets/scripts.py puts it before them.

/** An element with properties and children: h("button", { type: "button" }, "Next"). */
export function h(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

export function button(text, action, properties = {}) {
  const made = h("button", { type: "button", textContent: text, ...properties });
  made.addEventListener("click", action);
  return made;
}

/** An element with a class and a text, if it has them, at the end of its parent. */
export function make(tag, look, parent, text = "") {
  const element = h(tag);
  if (look) element.className = look;
  if (text) element.textContent = text;
  if (parent) parent.append(element);
  return element;
}
