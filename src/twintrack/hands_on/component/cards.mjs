/** The verdict, and a card with a chart for each outcome. */
import { Chart } from "./charts.mjs";
import { make } from "./dom.mjs";
import { shown, signed } from "./numbers.mjs";
import { nearest } from "./worker.mjs";

const HEIGHT = 168;

/** The line that says who is ahead, with the key of the curves. */
export class Verdict {
  constructor(app) {
    this.app = app;
    this.head = make("strong", {});
    this.rest = make("span", { class: "rest" });
    this.key = make("div", { class: "key" });
    this.element = make("section", { class: "verdict", "aria-label": app.say("verdict") }, make("p", { class: "says", role: "status", "aria-live": "polite" }, this.head, " ", this.rest), this.key);
  }

  update() {
    const { app } = this;
    const { state, data } = app;
    const outcome = data.outcome.get(state.o);
    const found = app.found(state.o);
    const parts = verdictOf(app, outcome, found);
    this.element.classList.toggle("stale", app.changed() && app.stale());
    if (this.head.textContent !== parts[0]) this.head.textContent = parts[0];
    if (this.rest.textContent !== parts[1]) this.rest.textContent = parts[1];
    const lines = [["mine", app.say("mine")], ["base", app.say("base")], ["band", app.say("band")], ...state.p.map((pin, i) => [`pin${i}`, app.pinTitle(pin)])];
    const text = JSON.stringify([lines, state.g]);
    if (this.text === text) return;
    this.text = text;
    const remove = (i) => make("button", { class: "plain", "aria-label": app.say("unpin"), click: () => (app.change({ p: state.p.toSpliced(i, 1) }), app.commit()) }, "×");
    this.key.replaceChildren(...lines.map(([kind, title], i) => make("span", { class: `mark ${kind}` }, make("i"), title, i > 2 ? remove(i - 3) : null)));
  }
}

/** Say in a sentence what many worlds say of an outcome, and what it is about. */
export function verdictOf(app, outcome, found) {
  const { state } = app;
  const title = app.words(outcome.title);
  const cost = app.say(state.b === "equal" ? "at_equal" : "at_own");
  if (!app.changed()) return [app.say("nothing_changed"), title];
  if (!found) return [app.say("computing"), title];
  const { ahead, equal, of } = found;
  if (!of) return [app.say("no_factor"), title];
  const share = (count) => Math.round((100 * count) / of);
  const values = { ahead: share(ahead), behind: 100 - share(ahead) - share(equal), year: state.y };
  const key = equal === of ? "same" : outcome.better === "neutral" ? "differs" : "ahead";
  const lacking = app.answer?.lacking ? app.say("lacking", { count: app.answer.lacking }) : "";
  return [app.say(`verdict_${key}`, values), [title, cost, lacking].filter(Boolean).join(" · ")];
}

/** A card of one outcome. */
export class Card {
  constructor(app, outcome) {
    this.app = app;
    this.outcome = outcome;
    const title = app.words(outcome.title);
    this.chart = new Chart(title);
    this.counted = make("span", { class: "counted" });
    this.numbers = make("button", { class: "numbers", title: app.say("explain"), click: () => app.explain(outcome.name) });
    const unit = [app.words(outcome.unit), outcome.better === "neutral" ? "" : app.say(`better_${outcome.better}`)].filter(Boolean).join(" · ");
    this.element = make(
      "article",
      { class: "card" },
      make("div", { class: "head" }, make("button", { class: "title", click: () => (app.change({ o: outcome.name }), app.commit()) }, title), this.counted),
      make("div", { class: "head small" }, make("span", { class: "unit", title: unit }, unit), this.numbers),
      this.chart.svg,
    );
    this.chart.svg.addEventListener("dblclick", () => app.explain(outcome.name));
  }

  /** Draw curves of the one world, and bands of many where they are there. */
  update(curves, steady) {
    const { app, outcome } = this;
    const { state, data } = app;
    const diff = app.differs();
    const found = app.found(outcome.name);
    const stale = app.stale();
    const less = (values) => (diff ? values.map((value, i) => value - curves.base[i]) : values);
    const row = nearest(app.lab.times, state.y);
    const bands = [];
    if (found && diff && found.diff) bands.push({ kind: "mine", low: found.diff[0], high: found.diff[2] });
    if (found && !diff && found.mine) bands.push({ kind: "base", low: found.base[0], high: found.base[2] }, { kind: "mine", low: found.mine[0], high: found.mine[2] });
    const lines = [...curves.pins.map((values, i) => ({ kind: `pin${i}`, values: less(values) })), { kind: "base", values: less(curves.base) }, { kind: "mine", values: less(curves.mine) }];
    this.chart.svg.classList.toggle("stale", stale && Boolean(found));
    this.chart.update({
      ...{ width: Math.max(200, this.chart.svg.clientWidth || 300), height: HEIGHT, times: app.lab.times, from: data.time.shown },
      ...{ bands, lines, steady, zero: diff, mark: state.y, points: diff ? [] : outcome.history.flatMap(({ points }) => points) },
      label: (value) => axisLabel(value, outcome.format),
    });
    const [mine, base] = [curves.mine[row], curves.base[row]];
    const format = outcome.format;
    const text = !app.changed() ? shown(mine, format) : diff ? signed(mine - base, format, app.say("points")) : `${shown(base, format)} → ${shown(mine, format)}`;
    this.numbers.textContent = `${state.y}: ${text}`;
    this.counted.textContent = found?.of && app.changed() ? app.say("of_hundred", { count: Math.round((100 * found.ahead) / found.of) }) : "";
    this.counted.title = this.counted.textContent && app.say("counted_hint", { equal: found.equal, of: found.of });
    this.element.classList.toggle("chosen", state.o === outcome.name);
    const said = found && app.changed() ? verdictOf(app, outcome, found)[0] : "";
    this.chart.svg.setAttribute("aria-label", `${app.words(outcome.title)}. ${this.numbers.textContent}. ${said}`);
  }
}

/** Write a value beside an axis, short. */
export function axisLabel(value, format) {
  if (format.endsWith("%")) return `${Number((100 * value).toPrecision(3))}%`.replace("-", "−");
  const size = Math.abs(value);
  const [factor, sign] = size >= 1e9 ? [1e9, "G"] : size >= 1e6 ? [1e6, "M"] : size >= 1e4 ? [1e3, "k"] : [1, ""];
  return `${Number((value / factor).toPrecision(3))}${sign}`.replace("-", "−");
}
