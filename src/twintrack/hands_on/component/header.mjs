/** The head of the page: what one starts from, the world, the cost rule, undo, pins, links, files. */
import { choice, make } from "./dom.mjs";
import { mixable } from "./plan.mjs";
import { MOST_PINS, initial } from "./state.mjs";

/** Choices and buttons above the page. */
export class Header {
  constructor(app) {
    this.app = app;
    this.controls = new Map();
    this.element = this.#build();
  }

  /** Show what the state says. */
  update() {
    const { app, controls } = this;
    const { state } = app;
    for (const key of ["s", "c", "b", "d", "y"]) if (controls.has(key)) controls.get(key).value = state[key];
    const home = controls.get("h");
    home.querySelector("[data-own]")?.remove();
    if (typeof state.h === "number") home.append(make("option", { value: state.h, "data-own": true }, app.say("home_draw", { world: state.h + 1 })));
    home.value = state.h;
    controls.get("x").value = state.x?.[0] ?? "";
    for (const option of controls.get("x").options) option.hidden = option.value === state.s;
    controls.get("x").disabled = !mixable(app.data, state.s);
    controls.get("weight").parentElement.hidden = !state.x;
    controls.get("weight").value = Math.round(100 * (state.x?.[1] ?? 0));
    controls.get("share").textContent = state.x ? `${Math.round(100 * (1 - state.x[1]))} : ${Math.round(100 * state.x[1])}` : "";
    controls.get("undo").disabled = app.history.place === 0;
    controls.get("redo").disabled = app.history.place === app.history.states.length - 1;
    controls.get("pin").disabled = !app.changed() || state.p.length >= MOST_PINS;
    for (const box of this.boxes.querySelectorAll("input")) box.checked = state.k.includes(box.value);
  }

  #build() {
    const { app } = this;
    const { data } = app;
    const list = (map) => [...map.values()].map(({ name, title }) => [name, app.words(title)]);
    const pick = (key, label, options, change) => {
      const select = choice({ change: ({ target }) => (change(target.value), app.commit()) }, options, "");
      this.controls.set(key, select);
      return make("label", { class: key, hidden: options.length < 2 }, make("span", {}, app.say(label)), select);
    };
    const button = (key, click) => {
      const one = make("button", { click }, app.say(key));
      this.controls.set(key, one);
      return one;
    };
    const weight = make("input", {
      ...{ type: "range", min: 0, max: 100, step: 1, "aria-label": app.say("mix_weight") },
      input: ({ target }) => app.change({ x: [app.state.x[0], Number(target.value) / 100] }),
      change: () => app.commit(),
    });
    const share = make("output", {});
    this.controls.set("weight", weight).set("share", share);
    const several = data.strategies.size > 1;
    const mixes = [["", app.say("mix_none")], ...list(data.strategies).filter(([name]) => mixable(data, name))];
    const every = data.time.every ?? 1; // years from the last one back
    const years = Array.from({ length: Math.floor((data.time.last - data.time.start) / every) + 1 }, (_, i) => data.time.last - i * every).reverse().map((year) => [year, String(year)]);
    const homes = [...Object.keys(data.homes).map((name) => [name, app.say(`home_${name}`)])];
    const more = make("details", { class: "menu" }, make("summary", {}, app.say("more")), make("div", {}, several ? button("yaml", () => app.saveYaml()) : null, button("csv", () => app.saveCsv()), button("svg", () => app.savePicture(false)), button("png", () => app.savePicture(true)), button("print", () => print())));
    return make(
      "header",
      {},
      make("h1", {}, app.words(data.title)),
      make("div", { class: "buttons" },
        button("undo", () => app.step(-1)),
        button("redo", () => app.step(1)),
        button("reset", () => (app.change({ ...initial(data, app.state.g), p: app.state.p }), app.commit())),
        button("pin", () => (app.change({ p: [...app.state.p, (({ s, x, b, l }) => ({ s, x, b, l }))(app.state)].slice(-MOST_PINS) }), app.commit())),
        button("link", () => app.copyLink()),
        more,
        make("button", { class: "language", click: () => app.turn() }, app.say("other_language")),
      ),
      make("div", { class: "choices" },
        pick("s", "start_from", list(data.strategies), (s) => app.change({ s, x: mixable(data, s) && app.state.x?.[0] !== s ? app.state.x : null })),
        pick("x", "mix_with", several ? mixes : [], (name) => app.change({ x: name && name !== app.state.s ? [name, app.state.x?.[1] ?? 0.5] : null })),
        make("span", { class: "weight" }, weight, share),
        data.scenarios.size > 1 ? pick("c", "scenario", list(data.scenarios), (c) => app.change({ c })) : null,
        pick("h", "home", homes, (name) => app.change({ h: Object.hasOwn(data.homes, name) ? name : Number(name) })),
        data.cost ? pick("b", "cost", ["own", "equal"].map((rule) => [rule, app.say(`cost_${rule}`)]), (b) => app.change({ b })) : null,
        pick("d", "view", ["auto", "levels", "difference"].map((view) => [view, app.say(`view_${view}`)]), (d) => app.change({ d })),
        pick("y", "year", years, (y) => app.change({ y: Number(y) })),
        this.#outcomes(),
      ),
    );
  }

  /** The list of outcomes, to choose which have a card. */
  #outcomes() {
    const { app } = this;
    const box = ({ name, title }) => {
      const put = ({ target }) => {
        const k = target.checked ? [...app.state.k, name] : app.state.k.filter((one) => one !== name);
        if (!k.length) return (target.checked = true);
        app.change({ k, o: k.includes(app.state.o) ? app.state.o : k[0] });
        return app.commit();
      };
      return make("label", {}, make("input", { type: "checkbox", value: name, checked: app.state.k.includes(name), change: put }), app.words(title));
    };
    this.boxes = make("div", {}, ...[...app.data.outcome.values()].map(box));
    return make("details", { class: "menu outcomes" }, make("summary", {}, app.say("outcomes")), this.boxes);
  }
}
