/** Sliders for levers and for what nobody controls, folded by group; a mark shows where the strategy that is compared with stands. */
import { make, put } from "./dom.mjs";
import { scaleOf } from "./numbers.mjs";
import { valueAt } from "./paths.mjs";
import { applied, planOf } from "./plan.mjs";

const NEAR = 0.01; // two values closer than this share of a step are the same

/** The column of sliders. */
export class Levers {
  #rows = new Map();
  #folds = [];

  constructor(app) {
    this.app = app;
    const { data } = app;
    const world = data.world.filter(({ drawn }) => drawn);
    const named = (items, titles) => titles.map((group) => [group, items.filter((item) => item.group === group.name)]).filter(([, own]) => own.length);
    const groups = data.groups.length ? data.groups : data.sectors;
    this.element = make(
      "div",
      { class: "levers" },
      make("h2", {}, app.say("levers_heading")),
      ...named(data.levers, groups).map(([group, items], i) => this.#fold(group.title, items, "l", i === 0)),
      world.length ? make("h2", {}, app.say("world_heading")) : null,
      world.length ? this.#search() : null,
      ...named(world, data.sectors).map(([group, items]) => this.#fold(group.title, items, "w", false)),
    );
  }

  /** Show what the state says. */
  update() {
    const { state, data } = this.app;
    const start = JSON.stringify([state.s, state.x]);
    if (this.start !== start) [this.start, this.starts] = [start, planOf(data, { ...state, l: {} }).paths];
    for (const row of this.#rows.values()) this.#show(row);
    for (const { items, count, key } of this.#folds) {
      const set = items.filter(({ name }) => Object.hasOwn(state[key], name)).length;
      put(count, set ? this.app.say("changed_count", { count: set }) : "");
    }
  }

  #fold(title, items, key, open) {
    const count = make("span", { class: "count" });
    const body = make("div", { class: "rows" });
    const fold = make("details", { open, class: "fold" }, make("summary", {}, make("span", {}, this.app.words(title)), count), body);
    const fill = () => {
      if (body.firstChild) return;
      body.append(...items.map((item) => this.#row(item, key)));
      if (this.starts) for (const item of items) this.#show(this.#rows.get(item.name));
    };
    fold.addEventListener("toggle", () => fold.open && fill());
    if (open) fill();
    this.#folds.push({ items, count, key, fold, fill });
    return fold;
  }

  #search() {
    const search = ({ target }) => {
      const asked = target.value.trim().toLowerCase();
      for (const { items, key, fold, fill } of this.#folds.filter((one) => one.key === "w")) {
        const hits = items.filter((item) => `${item.name} ${this.app.words(item.title)}`.toLowerCase().includes(asked));
        fold.hidden = !hits.length;
        if (asked && hits.length) fill();
        fold.open = Boolean(asked && hits.length);
        for (const item of items) if (this.#rows.has(item.name)) this.#rows.get(item.name).box.hidden = !hits.includes(item);
      }
    };
    return make("input", { type: "search", placeholder: this.app.say("search"), "aria-label": this.app.say("search"), input: search });
  }

  #row(item, key) {
    const { app } = this;
    const id = `slider-${key}-${item.name}`;
    const slider = make("input", {
      ...{ type: "range", id, min: item.low, max: item.high, step: "any" },
      input: () => this.#moved(row, Number(slider.value)),
      change: () => app.commit(),
      keydown: (event) => this.#key(event, row),
    });
    const value = make("output", { for: id });
    const tick = make("i", { class: "tick", title: app.say("tick") });
    const undo = make("button", { class: "back", title: app.say("put_back"), "aria-label": app.say("put_back"), click: () => (this.#set(row, null), app.commit()) }, "↺");
    const more = make("details", { class: "more" }, make("summary", { "aria-label": app.say("more_of", { name: app.words(item.title) }) }, "⋯"));
    const row = { item, key, slider, value, tick, undo, more };
    more.addEventListener("toggle", () => more.open && this.#more(row));
    row.box = make(
      "div",
      { class: item.toggle ? "row toggle" : "row" },
      make("div", { class: "head" }, make("label", { for: id }, app.words(item.title)), value, undo),
      make("div", { class: "track" }, slider, tick),
      more,
    );
    this.#rows.set(item.name, row);
    return row.box;
  }

  /** Give where a slider stands, and where its mark does. */
  #standing({ item, key }) {
    const { state, data } = this.app;
    if (key === "w") {
      const mark = this.app.worldValue(item.name);
      return { value: Object.hasOwn(state.w, item.name) ? state.w[item.name] : mark, mark, set: Object.hasOwn(state.w, item.name) };
    }
    const mark = valueAt(data.strategies.get(state.a).paths[item.name], data.time.last);
    const told = state.l[item.name];
    const value = told === undefined ? valueAt(this.starts[item.name], data.time.last) : goal(told);
    return { value, mark, set: told !== undefined };
  }

  #show(row) {
    const { value, mark, set } = this.#standing(row);
    const { item, slider, box } = row;
    const shown = `${value} ${mark} ${set} ${JSON.stringify(this.app.state[row.key][item.name])}`;
    const [at, marked] = [value, mark].map((one) => reached(item, one));
    if (row.shown === shown && Number(slider.value) === at) return;
    row.shown = shown;
    slider.min = Math.min(item.low, marked, at);
    slider.max = Math.max(item.high, marked, at);
    slider.value = at;
    const share = (one) => (one - slider.min) / (slider.max - slider.min);
    row.tick.style.left = `calc(8px + (100% - 16px) * ${share(marked).toFixed(4)})`;
    slider.style.setProperty("--fill", `${(100 * share(at)).toFixed(2)}%`);
    const text = this.app.setting(item, value);
    put(row.value, text);
    slider.setAttribute("aria-valuetext", text);
    box.classList.toggle("moved", Math.abs(value - mark) > NEAR * item.step);
    box.classList.toggle("set", set);
    row.undo.hidden = !set;
    if (row.more.open && !row.more.contains(document.activeElement)) this.#more(row);
  }

  #moved(row, raw) {
    const { step, low } = row.item;
    const { mark } = this.#standing(row);
    const whole = Number((low + Math.round((raw - low) / step) * step).toPrecision(12));
    const value = Math.abs(raw - reached(row.item, mark)) < step / 2 ? mark : Math.min(Math.max(whole, row.item.low), row.item.high);
    this.#set(row, value);
  }

  #key(event, row) {
    const by = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 10, PageDown: -10 }[event.key];
    if (!by) return;
    event.preventDefault();
    const { step, low, high } = row.item;
    const value = Math.min(Math.max(this.#standing(row).value + by * step, low), high);
    this.#set(row, Number(value.toPrecision(12)));
    this.app.commit();
  }

  /** Set a value; null, or what the strategy has itself, takes the setting away. */
  #set({ item, key }, value) {
    const { state, data } = this.app;
    const settings = { ...state[key] };
    const told = settings[item.name];
    delete settings[item.name];
    if (value !== null) {
      const own = key === "w" ? this.app.worldValue(item.name) : valueAt(this.starts[item.name], data.time.last);
      if (typeof told === "object") settings[item.name] = with_goal(told, value);
      else if (value !== own) settings[item.name] = value;
    }
    this.app.change({ [key]: settings });
  }

  /** Fill what stands behind the dots: a note, and for levers the dates. */
  #more(row) {
    const { item, key, more } = row;
    const { app } = this;
    const limits = app.say("limits", { low: app.setting(item, item.low, false), high: app.setting(item, item.high) });
    const notes = key === "l" ? [app.words(item.note)] : [item.reason, app.say(`sure_${item.sure}`)];
    const parts = [make("p", { class: "note" }, [...notes.filter(Boolean).map((note) => app.say("sentence", { text: note.replace(/[.。]$/, "") })), limits].join(app.state.g === "zh" ? "" : " ")), make("button", { class: "plain", click: () => app.explain(item.name) }, app.say("explain"))];
    more.replaceChildren(more.firstChild, ...parts, ...(key === "l" ? this.#dates(row) : []));
  }

  #dates(row) {
    const { app } = this;
    const { start, ramp, latest } = app.data.time;
    const { name } = row.item;
    const told = app.state.l[name];
    const now = told === undefined ? this.#standing(row).value : goal(told);
    const dated = typeof told === "object" && !told.knots ? told : { to: now, from: start, years: ramp, until: null };
    const put = (setting) => (app.change({ l: { ...app.state.l, [name]: setting } }), app.commit());
    const field = (key, text, low, high) =>
      make("label", {}, app.say(text), make("input", {
        ...{ type: "number", step: 0.25, min: low, max: high, value: dated[key] ?? "", placeholder: key === "until" ? "–" : null },
        change: ({ target }) => {
          const value = target.value === "" ? null : Math.min(Math.max(Number(target.value), low), high);
          if (value === null && key !== "until") return;
          const next = { ...dated, [key]: value };
          if (next.until !== null) next.until = Math.min(Math.max(next.until, next.from + next.years), latest);
          const plain = next.from === start && next.years === ramp && next.until === null;
          put(plain ? next.to : next);
          this.#more(row);
        },
      }));
    const several = told?.knots
      ? this.#knots(row, told.knots, put)
      : make("button", { class: "plain", click: () => (put({ knots: beginning(app.data, this.starts[name], dated) }), this.#more(row)) }, app.say("several_dates"));
    const fields = told?.knots ? [] : [field("from", "date_from", start, latest), field("years", "date_years", 0, latest - start), field("until", "date_until", start, latest)];
    return [make("div", { class: "dates" }, ...fields, several)];
  }

  #knots(row, knots, put) {
    const { app } = this;
    const { start, latest } = app.data.time;
    const { low, high, units } = row.item;
    const { factor } = scaleOf(units[app.state.g]);
    const again = (next) => (put({ knots: next.sort((a, b) => a[0] - b[0]) }), this.#more(row));
    const cell = (i, k, min, max, times = 1) =>
      make("input", {
        ...{ type: "number", step: "any", min: times * min, max: times * max, value: Number((times * knots[i][k]).toPrecision(12)), "aria-label": app.say(k ? "knot_value" : "knot_date") },
        change: ({ target }) => again(knots.map((knot, j) => (j === i ? knot.with(k, Math.min(Math.max(Number(target.value) / times, min), max)) : knot))),
      });
    const line = (_, i) =>
      make("div", { class: "knot" }, cell(i, 0, start, latest), cell(i, 1, low, high, factor),
        make("button", { "aria-label": app.say("knot_remove"), disabled: knots.length < 2, click: () => again(knots.toSpliced(i, 1)) }, "×"));
    const last = knots.at(-1);
    const add = () => again([...knots, [Math.min(last[0] + 2, latest), last[1]]]);
    return make("div", {}, ...knots.map(line), make("button", { class: "plain", disabled: last[0] >= latest, click: add }, app.say("knot_add")));
  }
}

/** Give where a value stands on its slider: a date beyond the end of the run stands at the end. */
function reached({ date, high }, value) {
  return date ? Math.min(value, high) : value;
}

/** Give the value that a setting ends at, or holds. */
export function goal(told) {
  if (typeof told === "number") return told;
  return told.knots ? told.knots.at(-1)[1] : told.to;
}

function with_goal(told, value) {
  return told.knots ? { knots: told.knots.with(-1, [told.knots.at(-1)[0], value]) } : { ...told, to: value };
}

/** Give the knots of a dated setting, to go on from. */
function beginning(data, path, dated) {
  const whole = applied(data, path, dated);
  return whole.times.map((time, i) => [time, whole.values[i]]).filter(([time], i, all) => time >= dated.from && time <= data.time.latest && (!i || time > all[i - 1][0] || i === all.length - 1));
}
