/** What stands behind a number: its equation, unit, source, causes for two steps, history. */
import { Chart } from "./charts.mjs";
import { make, table } from "./dom.mjs";
import { yearText } from "./numbers.mjs";

const WIDE = 682; // pixels of the window, within its edges
const MARGIN = 19;

/** Show a variable, an outcome or a parameter in a window of its own. */
export function explain(app, name) {
  const box = make("dialog", { class: "details", close: () => box.remove() });
  const trail = [];
  const show = (label) => {
    const back = trail.length ? make("button", { click: () => show(trail.pop().name) }, app.say("back")) : null;
    box.replaceChildren(make("div", { class: "bar" }, back, make("button", { click: () => box.close(), autofocus: true }, app.say("close"))), ...body(app, label, (next) => (trail.push({ name: label }), show(next))));
    box.scrollTop = 0;
  };
  app.root.append(box);
  show(name);
  box.showModal();
}

function body(app, label, go) {
  const { data } = app;
  const known = data.outcome.get(label) ?? data.lever.get(label) ?? data.parameter.get(label);
  const entry = data.entry.get(known?.variable ?? label.split("[")[0]);
  const title = titled(app, label, entry?.title ?? label);
  const parts = [make("h2", {}, title), make("p", { class: "note" }, [label, entry?.kind && app.say(`kind_${entry.kind}`), entry?.unit].filter(Boolean).join(" · "))];
  if (data.outcome.has(label)) parts.push(...outcomeParts(app, data.outcome.get(label)));
  const parameter = data.parameter.get(label);
  if (parameter?.title) parts.push(make("p", {}, app.say("parameter_facts", { value: app.setting(parameter, app.worldValue(label)), low: app.setting(parameter, parameter.low, false), high: app.setting(parameter, parameter.high) }), " ", app.say(`sure_${parameter.sure}`), " ", parameter.reason));
  if (!entry) return parts;
  if (entry.text) parts.push(make("p", {}, app.say("model_words", { text: entry.text })));
  parts.push(make("pre", {}, entry.equation));
  const sources = keysOf(parameter?.source ?? entry.source);
  parts.push(make("h3", {}, app.say("source")), make("ul", {}, ...sources.map((key) => make("li", {}, cited(app, key)))));
  if (entry.causes.length) parts.push(make("h3", {}, app.say("causes")), causes(app, entry, go, 2));
  return parts;
}

/** Name what has a title in the language of the page; all else has its name in the model file. */
export function titled(app, label, name) {
  const { outcome, lever, parameter } = app.data;
  return app.words((outcome.get(label) ?? lever.get(label) ?? parameter.get(label))?.title) || name;
}

function causes(app, entry, go, depth) {
  const item = (name) => {
    const cause = app.data.entry.get(name);
    const next = depth > 1 && cause.causes.length ? make("details", {}, make("summary", {}, app.say(cause.causes.length === 1 ? "causes_one" : "causes_of", { count: cause.causes.length })), causes(app, cause, go, depth - 1)) : null;
    return make("li", {}, make("button", { class: "plain", click: () => go(name) }, titled(app, name, cause.title)), " ", make("span", { class: "note" }, cause.unit), next);
  };
  return make("ul", { class: "causes" }, ...entry.causes.filter((name) => app.data.entry.has(name)).map(item));
}

/** Part what a source says: keys of sources, or words. */
function keysOf(text) {
  return text.split(/\s*;\s*/).map((key) => key.trim().replace(/\.$/, "")).filter(Boolean);
}

function cited(app, key) {
  if (!Object.hasOwn(app.data.sources, key)) return key === "assumption" ? app.say("assumption") : key;
  const { text, link } = app.data.sources[key];
  const safe = /^https?:\/\//.test(link);
  return make("span", {}, `${text} `, safe ? make("a", { href: link, rel: "noreferrer", target: "_blank" }, link) : link);
}

function outcomeParts(app, outcome) {
  const { times } = app.lab;
  const curves = app.curves(outcome.name);
  const found = app.found(outcome.name);
  const chart = new Chart(app.words(outcome.title));
  const points = outcome.history.flatMap(({ points }) => points);
  const bands = found?.mine ? [{ kind: "base", low: found.base[0], high: found.base[1] }, { kind: "mine", low: found.mine[0], high: found.mine[1] }] : [];
  const lines = [{ kind: "base", values: curves.base }, { kind: "mine", values: curves.mine }];
  const amounts = app.amounts(outcome);
  chart.update({ width: Math.round(Math.min(WIDE, 0.94 * app.root.clientWidth - 2 * MARGIN)), height: 240, times, from: times[0], bands, lines, points, label: (value) => amounts.axis(value) });
  const rows = outcome.history.flatMap(({ title, points }) => points.map((point) => [yearText(point.time), amounts.level(point.value), app.words(title), make("span", {}, ...keysOf(point.source).map((key) => make("div", {}, cited(app, key))))]));
  const history = rows.length ? [make("h3", {}, app.say("history")), table(["year", "value", "series", "source"].map((key) => app.say(`head_${key}`)), rows)] : [];
  return [make("p", { class: "note" }, amounts.unit), chart.svg, ...history];
}
