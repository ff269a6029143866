/** The head of the page: what one starts from, the world, the cost rule, undo, pins, links, files. */
import { choice, make, put } from "./dom.mjs";
import { mixable } from "./plan.mjs";
import { MOST_PINS, VIEWS, initial, strategyOf } from "./state.mjs";
import { copyLink, saveCsv, savePng, saveSvg, saveYaml } from "./takeaway.mjs";

const RULES = ["own", "equal"];

/** Choices and buttons above the page. On a narrow page choices are folded behind one button. */
export class Header {
  #controls = new Map();
  #shown = "";

  constructor(app) {
    this.app = app;
    this.element = make("header", {}, make("h1", {}, app.words(app.data.title)), this.#bar(), this.#choices());
  }

  /** Show what the state says. */
  update() {
    const { app } = this;
    const { state, history } = app;
    const { l, w, ...rest } = state;
    const shown = JSON.stringify([rest, app.changed(), history.place, history.states.length]);
    if (this.#shown === shown) return;
    this.#shown = shown;
    const control = (key) => this.#controls.get(key);
    const home = control("h");
    home.querySelector("[data-own]")?.remove();
    if (typeof state.h === "number") home.append(make("option", { value: state.h, "data-own": true }, app.say("home_draw", { world: state.h + 1 })));
    for (const key of ["s", "a", "c", "h", "b", "d", "y"]) if (this.#controls.has(key)) control(key).value = state[key];
    control("x").value = state.x?.[0] ?? "";
    for (const option of control("x").options) option.hidden = option.value === state.s;
    control("x").disabled = !mixable(app.data, state.s);
    control("weight").parentElement.hidden = !state.x;
    control("weight").value = Math.round(100 * (state.x?.[1] ?? 0));
    const second = Math.round(100 * (state.x?.[1] ?? 0));
    put(control("share"), app.say("mix_share", { first: 100 - second, second }));
    for (const key of ["s", "x", "a", "c"]) if (control(key)) control(key).title = control(key).selectedOptions[0]?.text ?? ""; // may be cut
    put(control("setup"), app.strategyTitle(state));
    control("undo").disabled = history.place === 0;
    control("redo").disabled = history.place === history.states.length - 1;
    control("pin").disabled = !app.changed() || state.p.length >= MOST_PINS;
    for (const box of this.boxes) box.checked = state.k.includes(box.value);
  }

  #button(key, click, attributes = {}) {
    const one = make("button", { ...attributes, click }, this.app.say(key));
    this.#controls.set(key, one);
    return one;
  }

  #bar() {
    const { app } = this;
    const setup = this.#button("setup", () => setup.setAttribute("aria-expanded", String(this.element.classList.toggle("open"))), { class: "setup", "aria-expanded": "false" });
    const files = [
      app.data.strategies.size > 1 ? this.#button("yaml", () => saveYaml(app)) : null,
      this.#button("csv", () => saveCsv(app)),
      this.#button("svg", () => saveSvg(app)),
      this.#button("png", () => savePng(app)),
      this.#button("print", () => print()),
    ];
    return make(
      "div",
      { class: "buttons" },
      setup,
      this.#button("undo", () => app.step(-1)),
      this.#button("redo", () => app.step(1)),
      this.#button("reset", () => app.set({ ...initial(app.data, app.state.g), p: app.state.p }), { class: "folded" }),
      this.#button("pin", () => app.set({ p: [...app.state.p, strategyOf(app.state)] }), { class: "folded" }),
      this.#button("link", () => copyLink(app), { class: "folded" }),
      make("details", { class: "menu folded" }, make("summary", {}, app.say("more")), make("div", {}, files)),
      make("button", { class: "language", click: () => app.turn() }, app.say("other_language")),
    );
  }

  #choices() {
    const { app } = this;
    const { data } = app;
    const titled = (items) => [...items].map(({ name, title }) => [name, app.words(title)]);
    const pick = (key, label, options, set) => {
      const select = choice({ change: ({ target }) => app.set(set(target.value)) }, options, "");
      this.#controls.set(key, select);
      return make("label", { class: key, hidden: options.length < 2 }, make("span", {}, app.say(label)), select);
    };
    const strategies = [...data.strategies.values()];
    const mixes = strategies.length > 1 ? [["", app.say("mix_none")], ...titled(strategies.filter(({ name }) => mixable(data, name)))] : [];
    const every = data.time.every ?? 1; // years from the last one back
    const years = Array.from({ length: Math.floor((data.time.last - data.time.start) / every) + 1 }, (_, i) => data.time.last - i * every).reverse();
    const plans = [
      pick("s", "start_from", titled(strategies), (s) => ({ s, x: mixable(data, s) && app.state.x?.[0] !== s ? app.state.x : null })),
      pick("x", "mix_with", mixes, (name) => ({ x: name && name !== app.state.s ? [name, app.state.x?.[1] ?? 0.5] : null })),
      this.#weight(),
      pick("a", "compare_with", titled(strategies), (a) => ({ a })),
    ];
    const settings = [
      data.scenarios.size > 1 ? pick("c", "scenario", titled(data.scenarios.values()), (c) => ({ c })) : null,
      pick("h", "home", Object.keys(data.homes).map((name) => [name, app.say(`home_${name}`)]), (h) => ({ h: Object.hasOwn(data.homes, h) ? h : Number(h) })),
      data.cost ? pick("b", "cost", RULES.map((rule) => [rule, app.say(`cost_${rule}`)]), (b) => ({ b })) : null,
      pick("d", "view", VIEWS.map((view) => [view, app.say(`view_${view}`)]), (d) => ({ d })),
      pick("y", "year", years.map((year) => [year, String(year)]), (y) => ({ y: Number(y) })),
      this.#outcomes(),
    ];
    // Two rows, each of one kind: what is compared has room for its names.
    return make("div", { class: "choices" }, make("div", { class: "plans", hidden: strategies.length < 2 }, plans), make("div", { class: "settings" }, settings));
  }

  #weight() {
    const { app } = this;
    const moved = ({ target }) => app.state.x && app.change({ x: [app.state.x[0], Number(target.value) / 100] });
    const slider = make("input", { type: "range", min: 0, max: 100, step: 1, "aria-label": app.say("mix_weight"), input: moved, change: () => app.commit() });
    const share = make("output", {});
    this.#controls.set("weight", slider).set("share", share);
    return make("label", { class: "weight" }, share, slider);
  }

  /** The list of outcomes, to choose which have a card. */
  #outcomes() {
    const { app } = this;
    const put_in = ({ target }) => {
      const k = target.checked ? [...app.state.k, target.value] : app.state.k.filter((one) => one !== target.value);
      if (k.length) app.set({ k, o: k.includes(app.state.o) ? app.state.o : k[0] });
      else target.checked = true;
    };
    this.boxes = [...app.data.outcome.keys()].map((name) => make("input", { type: "checkbox", value: name, change: put_in }));
    const lines = this.boxes.map((box) => make("label", {}, box, app.words(app.data.outcome.get(box.value).title)));
    return make("details", { class: "menu outcomes" }, make("summary", {}, app.say("outcomes")), make("div", {}, lines));
  }
}
