/** What can be taken away: a strategy file, numbers, pictures. */
import { applied, planOf } from "./plan.mjs";
import { knotsOf, valueAt } from "./paths.mjs";

/** Write the strategy of a state as a file that the program reads. */
export function strategyYaml(data, state, title) {
  const quoted = JSON.stringify(title);
  const lines = [`title: {en: ${quoted}, zh: ${quoted}}`];
  if (state.x) {
    const weights = new Map([[state.s, 0], [state.x[0], 0]]);
    const weight = Math.round(state.x[1] * 1e6) / 1e6;
    weights.set(state.s, weights.get(state.s) + Math.round((1 - weight) * 1e6) / 1e6);
    weights.set(state.x[0], weights.get(state.x[0]) + weight);
    lines.push(`mix: {${[...weights].map((pair) => pair.join(": ")).join(", ")}}`);
  } else lines.push(`extends: ${state.s}`);
  const start = planOf(data, { ...state, l: {} });
  const set = Object.entries(state.l);
  if (set.length) lines.push("levers:", ...set.map(([name, told]) => `  ${name}: ${settingYaml(data, start.paths[name], told)}`));
  lines.push(`budget: ${state.b}`);
  const kept = [...new Set([...set.map(([name]) => name), ...start.unscaled])].filter((name) => data.lever.get(name).money);
  if (state.b === "equal" && kept.length) lines.push(`unscaled: [${kept.join(", ")}]`);
  return `${lines.join("\n")}\n`;
}

function settingYaml(data, path, told) {
  if (typeof told === "number") return String(told);
  const { latest } = data.time;
  const from = told.knots ? told.knots[0][0] : told.from;
  const whole = applied(data, path, told);
  const knots = knotsOf(whole).filter(([time]) => time >= from && time <= latest);
  if (whole.times.at(-1) > latest) knots.push([latest, valueAt(whole, latest)]);
  const dates = new Map();
  for (const [time, value] of knots) dates.set(time, [...(dates.get(time) ?? []), value]);
  // The first date has one number: what was before it is what the strategy stands on.
  const text = ([time, values], i) => `${time}: ${i && values.length > 1 && values[0] !== values.at(-1) ? `[${values[0]}, ${values.at(-1)}]` : values.at(-1)}`;
  return `{${[...dates].map(text).join(", ")}}`;
}

/** Write rows as CSV. */
export function csv(rows) {
  const cell = (value) => (/[",\n]/.test(String(value)) ? `"${String(value).replaceAll('"', '""')}"` : String(value));
  return rows.map((row) => row.map(cell).join(",")).join("\r\n");
}

/** Hand a file to the reader. */
export function save(name, data, type) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(data instanceof Blob ? data : new Blob([data], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

/** Give a drawing with its styles written into it, so that it looks the same elsewhere. */
export function drawing(svg, title) {
  const copy = svg.cloneNode(true);
  const marks = ["fill", "stroke", "stroke-width", "stroke-dasharray", "opacity", "font-family", "font-size", "font-weight", "text-anchor"];
  const [from, to] = [svg, copy].map((one) => [...one.querySelectorAll("*")]);
  from.forEach((one, i) => {
    const style = getComputedStyle(one);
    for (const mark of marks) to[i].setAttribute(mark, style.getPropertyValue(mark));
  });
  const { width, height } = svg.viewBox.baseVal;
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.setAttribute("viewBox", `0 -24 ${width} ${height + 24}`);
  copy.setAttribute("width", width);
  copy.setAttribute("height", height + 24);
  const make = (tag, marks) => Object.entries(marks).reduce((one, [key, value]) => (one.setAttribute(key, value), one), document.createElementNS(copy.namespaceURI, tag));
  const style = getComputedStyle(svg);
  const head = make("text", { x: 8, y: -8, fill: style.color, "font-family": style.fontFamily, "font-size": 13, "font-weight": 600 });
  head.textContent = title;
  copy.prepend(make("rect", { x: 0, y: -24, width, height: height + 24, fill: style.getPropertyValue("--paper") }), head);
  return new XMLSerializer().serializeToString(copy);
}

/** Give a drawing as a picture, twice as fine. */
export async function picture(text) {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  await image.decode();
  const canvas = Object.assign(document.createElement("canvas"), { width: 2 * image.width, height: 2 * image.height });
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((done) => canvas.toBlob(done, "image/png"));
}
