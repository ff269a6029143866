/** What is looked at beside the charts: what moved, who wins where, the world in which a strategy fails. */
import { drawMap } from "./charts.mjs";
import { choice, make, table } from "./dom.mjs";
import { sharesOf } from "./cards.mjs";
import { scaleOf, significant, yearText } from "./numbers.mjs";
import { changes, planOf } from "./plan.mjs";
import { Strip } from "./strip.mjs";
import { less, standing } from "./stats.mjs";
import { nearest } from "./worker.mjs";

const POINTS = 11; // of each assumption

/** Folds under the charts; each is filled while it is open. */
export class Panels {
  constructor(app) {
    this.app = app;
    this.moved = this.#fold("moved", () => app.schedule());
    const ranked = () => (!app.stale() && app.answer.rank ? this.answered(app.answer) : app.schedule());
    this.map = this.#fold("map", ranked);
    this.fails = this.#fold("fails", ranked);
    this.loops = app.loops ? this.#fold("loops", () => app.schedule(false)) : null;
    this.element = make("div", { class: "panels" }, this.moved, this.map, this.fails, this.loops);
    this.axes = null;
  }

  /** Whether workers are to say what a lead goes with. */
  get ranking() {
    return this.map.open || this.fails.open;
  }

  /** Whether all outcomes are to be computed. */
  get whole() {
    return this.moved.open;
  }

  update() {
    if (this.moved.open) this.#showMoved();
    if (this.loops?.open) (this.strip ??= new Strip(this.app, this.loops.body)).update();
  }

  /** Open one of the folds and go there. */
  show(name) {
    const fold = this[name];
    fold.open = true;
    fold.scrollIntoView({ block: "start" });
    fold.firstChild.focus({ preventScroll: true });
  }

  /** Take an answer of the workers that is whole. */
  answered(answer) {
    if (!answer.rank) return;
    this.rank = answer.rank;
    if (this.fails.open) this.#showFails();
    if (this.map.open) this.#askMap();
  }

  #fold(key, opened) {
    const body = make("div", { class: "body" });
    const fold = make("details", { class: "panel" }, make("summary", {}, this.app.say(`panel_${key}`)), body);
    fold.addEventListener("toggle", () => fold.open && opened());
    fold.body = body;
    return fold;
  }

  #showMoved() {
    this.moved.body.replaceChildren(...movedTables(this.app));
  }

  #showFails() {
    const { app, rank } = this;
    const outcome = app.data.outcome.get(rank.output);
    if (!app.changed()) return this.fails.body.replaceChildren(make("p", {}, app.say("nothing_changed", { base: app.against() })));
    const line = ({ name, rho }) => {
      const parameter = app.data.parameter.get(name);
      const row = app.draws.of(name, [...Array(app.draws.count).keys()]);
      const value = row[rank.worst];
      return [app.words(parameter.title), app.setting(parameter, value), `${Math.round(100 * standing(row, value))}%`, app.say(rho > 0 ? "more_helps" : "more_harms"), rho.toFixed(2).replace("-", "−")];
    };
    const key = rank.lead < 0 ? "fails_worst" : "fails_none";
    const amounts = app.amounts(outcome);
    const lead = amounts.size(rank.lead);
    const told = app.say(key, { outcome: app.words(outcome.title), ...sharesOf(app.found(rank.output)), lead, year: app.state.y, world: rank.worst + 1 });
    this.fails.body.replaceChildren(
      make("p", {}, told),
      make("button", { click: () => app.set({ h: rank.worst }) }, app.say("fails_look")),
      " ",
      typeof app.state.h === "number" ? make("button", { click: () => app.set({ h: Object.keys(app.data.homes)[0] }) }, app.say("fails_back")) : "",
      table(["assumption", "there", "rank", "direction", "rho"].map((head) => app.say(`fails_${head}`)), rank.top.slice(0, 6).map(line)),
      make("p", { class: "note" }, app.say("fails_note")),
    );
  }

  #askMap() {
    const { app, rank } = this;
    if (!app.changed()) return this.map.body.replaceChildren(make("p", {}, app.say("nothing_changed", { base: app.against() })));
    const names = this.axes ?? rank.top.slice(0, 2).map(({ name }) => name);
    const [across, down] = names.map((name) => axis(app.data.parameter.get(name)));
    app.ask({ output: rank.output, across, down, year: app.state.y });
  }

  /** Take an answer of the workers for the map. */
  mapped({ output, year, across, down, leads }) {
    const { app } = this;
    const { data } = app;
    const outcome = data.outcome.get(output);
    const pick = (place) => {
      const world = data.world.filter(({ drawn }) => drawn).map(({ name, title }) => [name, app.words(title)]);
      const first = this.rank.top.map(({ name }) => [name, app.words(data.parameter.get(name).title)]);
      const chosen = [across, down][place].name;
      return choice({ "aria-label": app.say("map_axis"), change: ({ target }) => ((this.axes = [across.name, down.name].with(place, target.value)), this.#askMap()) }, [[app.say("map_first"), first], [app.say("map_all"), world]], chosen);
    };
    const labels = { across: app.words(data.parameter.get(across.name).title), down: app.words(data.parameter.get(down.name).title), number: (value) => significant(value, 3) };
    const here = [across, down].map(({ name }) => (Object.hasOwn(app.state.w, name) ? app.state.w[name] : app.worldValue(name)));
    const won = leads.filter((lead) => lead > 0).length;
    const told = app.say("map_told", { outcome: app.words(outcome.title), year, share: Math.round((100 * won) / leads.length) });
    const width = Math.min(560, Math.max(280, this.map.body.clientWidth - 8));
    const legend = ["win", "lose"].map((kind) => make("span", { class: `mark ${kind}` }, make("i"), app.say(`map_${kind}`, { base: app.against() })));
    this.map.body.replaceChildren(
      make("div", { class: "controls" }, make("label", {}, app.say("map_across"), pick(0)), make("label", {}, app.say("map_down"), pick(1))),
      make("p", {}, told),
      drawMap({ across, down, leads, here, width, height: Math.round(width * 0.62), labels, title: told }),
      make("p", { class: "key" }, ...legend),
      make("p", { class: "note" }, app.say("map_note")),
    );
  }
}

/** Give the tables of what moved: levers, then outcomes. */
export function movedTables(app) {
  const { data, state } = app;
  const levers = changes(data, planOf(data, state), state.a).map(({ name, before, after, later }) => {
    const lever = data.lever.get(name);
    const number = (value) => app.setting(lever, value, false);
    return [app.words(lever.title), lever.date ? "" : scaleOf(lever.units[state.g]).unit, number(before), number(after) + (later !== null && later !== after ? ` → ${number(later)}` : ""), dates(app, state.l[name])];
  });
  const row = nearest(app.lab.times, state.y);
  const judged = [...data.outcome.values()].some(({ better }) => better !== "neutral");
  const outcomes = app.computed.map((name) => {
    const outcome = data.outcome.get(name);
    const { mine, base } = app.curves(name);
    const found = app.found(name);
    const counts = found?.of && (outcome.better !== "neutral" || !judged); // where nobody says what is better: differs
    const count = counts ? `${found.ahead} / ${found.of}` : "";
    const amounts = app.amounts(outcome);
    const median = found ? amounts.change(found.at.diff) : "";
    return [app.words(outcome.title), amounts.unit, amounts.level(base[row]), amounts.level(mine[row]), amounts.change(less([mine[row]], [base[row]])[0]), median, count];
  });
  const heads = (keys) => keys.map((key) => app.say(`head_${key}`, { base: app.against() }));
  return [
    make("h3", {}, app.say("moved_levers")),
    levers.length ? table(heads(["lever", "unit", "before", "after", "dates"]), levers, { class: "moved-levers" }) : make("p", {}, app.say("nothing_changed", { base: app.against() })),
    make("h3", {}, app.say("moved_outcomes", { year: state.y })),
    table(heads(["outcome", "unit", "base", "mine", "difference", "median", "ahead"]), outcomes, { class: "moved-outcomes" }),
  ];
}

function dates(app, told) {
  if (told === undefined) return "";
  const { start, ramp } = app.data.time;
  if (typeof told === "number") return ramp ? app.say("dates_plain", { from: start, to: start + ramp }) : "";
  if (told.knots) return told.knots.map(([time]) => yearText(time)).join(", ");
  return app.say(told.until === null ? "dates_plain" : "dates_until", { from: told.from, to: told.from + told.years, until: told.until });
}

function axis({ name, low, high }) {
  return { name, values: Array.from({ length: POINTS }, (_, i) => low + (i / (POINTS - 1)) * (high - low)) };
}
