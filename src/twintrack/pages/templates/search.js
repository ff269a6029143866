"use strict";
(() => {
  const names = JSON.parse(document.getElementById("names").textContent);
  const field = document.getElementById("search");
  const list = document.getElementById("found");
  const MOST = 60;
  const element = (kind, text, properties = {}) =>
    Object.assign(document.createElement(kind), { textContent: text, ...properties });

  const show = () => {
    const words = field.value.toLowerCase().replaceAll("_", " ").split(/\s+/).filter(Boolean);
    const found = words.length ? names.filter(([title, , , , called]) => words.every((word) => `${title} ${called}`.toLowerCase().includes(word))) : [];
    const rows = found.slice(0, MOST).map(([title, href, kind, sector]) => {
      const row = element("li", "");
      row.append(element("a", title, { href }), element("span", `${kind}, ${sector}`, { className: "small" }));
      return row;
    });
    if (words.length && !found.length) rows.push(element("li", list.dataset.none, { className: "note" }));
    if (found.length > MOST) rows.push(element("li", `${found.length - MOST} ${list.dataset.more}`, { className: "note" }));
    list.replaceChildren(...rows);
  };
  field.addEventListener("input", show);
  show();
})();
