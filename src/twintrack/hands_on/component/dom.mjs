/** Elements of a page; text is always text. */

/** Make an element: attributes by name, functions as listeners, children as elements or texts. */
export function make(tag, attributes = {}, ...children) {
  const one = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes))
    if (typeof value === "function") one.addEventListener(key, value);
    else if (value !== null && value !== undefined && value !== false) one.setAttribute(key, value === true ? "" : value);
  one.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return one;
}

/** Put a text into an element, if it is another one; the element holds nothing else. */
export function put(element, text) {
  if (element.firstChild?.data === text) return;
  if (element.firstChild) element.firstChild.data = text;
  else element.textContent = text;
}

/** Make an element of a drawing. */
export function draw(tag, attributes = {}, ...children) {
  const one = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [key, value] of Object.entries(attributes)) one.setAttribute(key, value);
  one.append(...children);
  return one;
}

/** Make a choice: options as [value, text], or [title, options] for groups. */
export function choice(attributes, options, value) {
  const option = ([name, text]) => make("option", { value: name, selected: String(name) === String(value) }, text);
  return make("select", attributes, ...options.map(([name, text]) => (Array.isArray(text) ? make("optgroup", { label: name }, ...text.map(option)) : option([name, text]))));
}

/** Make a table of a head and rows; the first cell of a row is its heading. */
export function table(head, rows, attributes = {}) {
  const row = (cells) => make("tr", {}, ...cells.map((cell, i) => make(i ? "td" : "th", i ? {} : { scope: "row" }, cell)));
  return make("div", { class: "scrolled", tabindex: 0, role: "group", "aria-label": head.join(", ") }, make("table", attributes, make("thead", {}, make("tr", {}, ...head.map((cell) => make("th", { scope: "col" }, cell)))), make("tbody", {}, ...rows.map(row))));
}
