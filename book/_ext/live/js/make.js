/** An element with classes, in a place, with a text; all but its name may be left out. */
export const make = (name, look, inside, text) => {
  const made = document.createElement(name);
  if (look) made.className = look;
  if (text !== undefined) made.textContent = text;
  inside?.append(made);
  return made;
};
