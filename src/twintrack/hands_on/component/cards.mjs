/** The verdict, and a card with a chart for each outcome. */
import { Chart } from "./charts.mjs";
import { make, put } from "./dom.mjs";
import { Amounts, ofHundred } from "./numbers.mjs";
import { less } from "./stats.mjs";
import { nearest } from "./worker.mjs";

const HEIGHT = 168;

/** The sentence that says who is ahead, where and at what cost; with the key of the curves, and ways to ask on. */
export class Verdict {
  #key = "";

  constructor(app) {
    this.app = app;
    this.head = make("strong", {});
    this.rest = make("span", { class: "rest" });
    this.key = make("div", { class: "key" });
    this.said = make("p", { class: "unseen", role: "status" });
    const ask = (name) => make("button", { class: "plain", click: () => app.panels.show(name) }, app.say(`panel_${name}`));
    const asks = make("div", { class: "asks" }, ["fails", "map", ...(app.loops ? ["loops"] : []), "moved"].map(ask));
    this.element = make("section", { class: "verdict", "aria-label": app.say("verdict") }, make("p", { class: "says" }, this.head, " ", this.rest), this.key, asks, this.said);
  }

  update() {
    const { app } = this;
    const [head, rest] = verdictOf(app, app.data.outcome.get(app.state.o));
    const stale = app.changed() && app.stale();
    this.element.classList.toggle("stale", stale);
    put(this.head, head);
    put(this.rest, rest);
    if (!stale && !app.dragging) put(this.said, `${head}. ${rest}`); // read out once it stands
    this.#showKey();
  }

  #showKey() {
    const { app } = this;
    const { state } = app;
    const lines = [["mine", app.say("mine")], ["base", app.say("base", { base: app.against() })], ["band", app.say("band")], ...state.p.map((pin, i) => [`pin${i}`, app.strategyTitle(pin)])];
    const key = JSON.stringify(lines);
    if (this.#key === key) return;
    this.#key = key;
    const remove = (i) => make("button", { class: "plain", "aria-label": `${app.say("unpin")}: ${lines[i][1]}`, click: () => app.set({ p: state.p.toSpliced(i - 3, 1) }) }, "×");
    this.key.replaceChildren(...lines.map(([kind, title], i) => make("span", { class: `mark ${kind}` }, make("i"), title, i > 2 ? remove(i) : null)));
  }
}

/** Say in two sentences what many worlds say of an outcome, and at what cost it is so. */
export function verdictOf(app, outcome) {
  const { state, data } = app;
  const found = app.found(outcome.name);
  const title = app.words(outcome.title);
  const base = app.against();
  if (!app.changed()) return [app.say("nothing_changed", { base }), title];
  if (!found) return [app.say("computing"), title];
  const { ahead, equal, of } = found;
  if (!of) return [app.say("no_factor"), title];
  const values = { outcome: title, base, ...sharesOf(found), year: state.y };
  const kind = equal === of ? "same" : outcome.better === "neutral" ? "differs" : "ahead";
  const lacking = app.answer.lacking ? app.say("lacking", { count: app.answer.lacking }) : "";
  const rule = state.b === "own" ? "at_own" : state.a === data.baseline ? "at_equal" : "at_equal_both";
  return [app.say(`verdict_${kind}`, values), [app.say(rule, { ...values, cost: moreCost(app, base), start: data.time.start }), lacking].filter(Boolean).join(" · ")];
}

/** Give in how many of a hundred worlds a strategy is ahead and behind; both and ties add up to a hundred. */
export function sharesOf({ ahead, equal, of }) {
  const share = (count) => Math.round((100 * count) / of);
  return { ahead: ofHundred(ahead / of), behind: ofHundred((of - ahead - equal) / of, 100 - share(ahead) - share(equal)) };
}

/** Say how much more the strategy costs than what it is compared with, in the middle of all worlds. */
function moreCost(app, base) {
  const outcome = app.data.outcome.get(app.data.cost);
  const more = app.found(app.data.cost)?.at.diff;
  if (!outcome || more === undefined) return "";
  const amounts = new Amounts(outcome, app.state.g, Math.abs(more), app.numberWords());
  return app.say(more > 0 ? "cost_more" : more < 0 ? "cost_less" : "cost_same", { amount: amounts.size(more), base });
}

/** A card of one outcome. */
export class Card {
  width = 0; // of the chart; 0 while it is hidden

  constructor(app, outcome) {
    this.app = app;
    this.outcome = outcome;
    const title = app.words(outcome.title);
    this.chart = new Chart(title);
    this.counted = make("span", { class: "counted" });
    this.numbers = make("button", { class: "numbers", title: app.say("explain"), click: () => app.explain(outcome.name) });
    this.unit = make("div", { class: "unit small" });
    const choose = make("button", { class: "title", title, click: () => app.set({ o: outcome.name }) }, title);
    this.element = make(
      "article",
      { class: "card" },
      make("h2", {}, choose),
      this.unit,
      make("div", { class: "head" }, this.numbers, this.counted),
      this.chart.svg,
    );
    this.choose = choose;
  }

  /** Draw curves of the one world, and bands of many where they are there. */
  update(curves, steady) {
    const { app, outcome } = this;
    const { state } = app;
    const found = app.found(outcome.name);
    const chosen = state.o === outcome.name;
    this.element.classList.toggle("chosen", chosen);
    this.choose.setAttribute("aria-pressed", String(chosen));
    if (!this.width) return;
    const diff = app.differs();
    const row = nearest(app.lab.times, state.y);
    this.chart.svg.classList.toggle("stale", app.stale() && Boolean(found));
    const amounts = app.amounts(outcome);
    this.#draw(curves, found, diff, steady, amounts);
    put(this.unit, [amounts.unit, outcome.better === "neutral" ? "" : app.say(`better_${outcome.better}`)].filter(Boolean).join(" · "));
    put(this.numbers, app.say("in_year", { year: state.y, value: this.#told(curves.mine[row], curves.base[row], diff, amounts) }));
    const counted = found?.of && app.changed() ? app.say(outcome.better === "neutral" ? "differs_in" : "ahead_in", { count: sharesOf(found).ahead }) : "";
    if (this.counted.textContent !== counted || !steady) this.counted.title = counted && app.say("counted_hint", { base: app.against(), equal: found.equal, of: found.of });
    put(this.counted, counted);
    if (steady || app.stale()) return;
    const said = found && app.changed() ? verdictOf(app, outcome)[0] : "";
    this.chart.svg.setAttribute("aria-label", `${app.words(outcome.title)}. ${this.numbers.textContent}. ${said}`);
  }

  #draw(curves, found, diff, steady, amounts) {
    const { app, outcome } = this;
    const drawn = (values) => (diff ? less(values, curves.base) : values);
    const bands = [];
    if (diff && found?.diff) bands.push({ kind: "mine", low: found.diff[0], high: found.diff[1] });
    if (!diff && found?.mine) bands.push({ kind: "base", low: found.base[0], high: found.base[1] }, { kind: "mine", low: found.mine[0], high: found.mine[1] });
    const lines = [...curves.pins.map((values, i) => ({ kind: `pin${i}`, values: drawn(values) })), { kind: "base", values: drawn(curves.base) }, { kind: "mine", values: drawn(curves.mine) }];
    this.chart.update({
      ...{ width: this.width, height: HEIGHT, times: app.lab.times, from: app.data.time.shown },
      ...{ bands, lines, steady, zero: diff, mark: app.state.y, points: diff ? [] : outcome.history.flatMap(({ points }) => points) },
      label: (value) => amounts.axis(value),
    });
  }

  #told(mine, base, diff, amounts) {
    if (!this.app.changed()) return amounts.level(mine);
    return diff ? amounts.change(less([mine], [base])[0]) : `${amounts.level(base)} → ${amounts.level(mine)}`;
  }
}
