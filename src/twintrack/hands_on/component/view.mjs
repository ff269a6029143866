/** The page: what stands where, and how a move goes from the slider to the curves. */
import { checked } from "../../engines/wasm/engine.js";
import { Card, Verdict } from "./cards.mjs";
import { startWorkers } from "./client.mjs";
import { explain } from "./details.mjs";
import { make } from "./dom.mjs";
import { Header } from "./header.mjs";
import { csv, picture, save, drawing, strategyYaml } from "./files.mjs";
import { Draws, Lab, costs } from "./lab.mjs";
import { Levers } from "./levers.mjs";
import { Panels, movedTables } from "./panels.mjs";
import { opened } from "./plan.mjs";
import { History, changed, read, written } from "./state.mjs";

const DELAY = 120; // milliseconds before a link is written: browsers limit the rate

/**
 * Put the component into an element. `told` is what Python says of the model, `draws` has names, count and values,
 * `source` is the text of this module for workers. `store` reads and writes links; by default the page's fragment,
 * and `link` where there is none.
 */
export async function mount(root, { told, module, description, draws, source, link = "", store = fragment(link) }) {
  const drawn = new Draws(draws.names, draws.count, draws.values);
  const compiled = module instanceof WebAssembly.Module ? module : await WebAssembly.compile(module);
  const lab = await Lab.open({ module: compiled, description, data: { ...opened(told), worlds: draws.count }, draws: drawn });
  const app = new App(root, lab, drawn, store);
  app.start({ source, module: compiled, description, data: { ...told, entries: [], sources: {}, texts: {} }, draws });
  return app;
}

/** Links in the fragment of the page's address; a page in a frame may refuse to change it. */
function fragment(first) {
  return {
    read: () => location.hash.slice(1) || first,
    write: (text) => {
      try {
        history.replaceState(null, "", `#${text}`);
      } catch {
        // a frame made of text has no address of its own
      }
    },
    watch: (changed) => addEventListener("hashchange", changed),
  };
}

class App {
  #frame = false;
  #busy = false;
  #timer = null;
  #kept = new Map(); // results of one world by what was asked
  #results = null;
  #id = 0;
  #dragging = false;

  constructor(root, lab, draws, store) {
    Object.assign(this, { root, lab, draws, store, data: lab.data, answer: null });
    root.classList.add("twintrack");
    const language = Object.keys(this.data.title).find((key) => (navigator.language ?? "").startsWith(key)) ?? Object.keys(this.data.title)[0];
    const { state, dropped } = read(this.data, store.read(), language);
    this.state = state;
    this.history = new History(state);
    this.#build();
    if (dropped.length) this.notice(dropped.map(([key, what]) => this.say(key, { what })));
    store.watch?.(() => this.open(store.read()));
    new ResizeObserver(() => this.#resized()).observe(root);
    root.addEventListener("pointerdown", () => (this.#dragging = true));
    addEventListener("pointerup", () => this.#dragging && ((this.#dragging = false), this.schedule()));
  }

  /** Start workers and draw. */
  start(given) {
    this.schedule();
    setTimeout(() => {
      this.client = startWorkers(given, (answer) => this.#told(answer));
      this.#check(given);
    });
  }

  /** Compute what the program has computed beforehand; where a bit differs, say so. */
  async #check(given) {
    this.same = await checked(given);
    if (this.same === false) this.notice([this.say("digest_differs")]);
  }

  say(key, values = {}) {
    const text = this.data.texts[key]?.[this.state.g] ?? key;
    return text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
  }

  /** Give a text in the language of the page. */
  words(texts) {
    return texts?.[this.state.g] ?? "";
  }

  changed() {
    return changed(this.data, this.state);
  }

  /** Whether differences from the baseline are shown. */
  differs() {
    return this.state.d === "auto" ? this.changed() : this.state.d === "difference";
  }

  /** Give the value of a world parameter in the world that is looked at, before it is set by hand. */
  worldValue(name) {
    const scenario = this.data.scenarios.get(this.state.c).world;
    const told = Object.hasOwn(scenario, name) ? scenario[name] : null;
    if (told !== null) return typeof told === "number" ? told : told.at(-1)[1];
    return this.lab.worlds(this.state, null).of(name)?.[0] ?? this.data.parameter.get(name).value;
  }

  /** Name a pinned strategy. */
  pinTitle({ s, x, l, b }) {
    const strategy = this.words(this.data.strategies.get(s).title);
    const mix = x ? ` ${Math.round(100 * (1 - x[1]))} % + ${this.words(this.data.strategies.get(x[0]).title)} ${Math.round(100 * x[1])} %` : "";
    const count = Object.keys(l).length;
    return strategy + mix + (count ? ` (${this.say("changed_count", { count })})` : "") + (b === "equal" ? ` · ${this.say("cost_equal")}` : "");
  }

  /** End the workers. */
  end() {
    this.client?.end();
  }

  /** Change a part of the state and draw; `commit` makes a step of history of it. */
  change(part) {
    const old = this.state;
    this.state = { ...this.state, ...part };
    if (!this.state.k.includes(this.state.o)) this.state.k = [this.state.o, ...this.state.k];
    if (old.g !== this.state.g) this.#build();
    this.schedule();
  }

  commit() {
    this.history.push(this.state);
    this.header.update();
    this.#write();
  }

  /** Show a state that a link tells; a notice says what was left out. */
  open(text) {
    if (text === written(this.data, this.state)) return;
    const { state, dropped } = read(this.data, text, this.state.g);
    this.change(state);
    this.commit();
    this.notice(dropped.map(([key, what]) => this.say(key, { what })));
  }

  explain(name) {
    explain(this, name);
  }

  /** Ask for a map. */
  ask(question) {
    this.client?.map({ id: this.#id, state: this.state, ...question });
  }

  /** Say something that a reader should know, until it is put away. */
  notice(lines) {
    this.notes.replaceChildren(...(lines.length ? [make("ul", {}, ...lines.map((line) => make("li", {}, line))), make("button", { "aria-label": this.say("close"), click: () => this.notice([]) }, "×")] : []));
    this.notes.hidden = !lines.length;
  }

  /** Names of the outcomes that are computed. */
  outputs() {
    return this.panels.whole ? [...this.data.outcome.keys()] : this.state.k;
  }

  /** Give what many worlds say of an outcome, from the last answer. */
  found(name) {
    const at = this.answer?.outputs.indexOf(name) ?? -1;
    return at < 0 ? null : this.answer.found[at];
  }

  /** Whether bands belong to an older state than the curves, or to some of the worlds. */
  stale() {
    return !this.answer?.whole || this.answer.id !== this.#id;
  }

  /** Give the curves of an outcome in the one world. */
  curves(name) {
    const { mine, base, pins } = this.#results;
    return { mine: mine.get(name), base: base.get(name), pins: pins.map((pin) => pin.get(name)) };
  }

  /** Compute and draw in the next frame. */
  schedule() {
    if (this.#frame) return;
    this.#frame = true;
    requestAnimationFrame(() => {
      this.#frame = false;
      if (this.#busy) return this.schedule();
      this.#busy = true;
      this.#compute().then(() => this.draw(), (error) => this.notice([String(error)])).finally(() => (this.#busy = false));
    });
  }

  async #compute() {
    const { state } = this;
    const outputs = this.outputs();
    const asked = { state, outputs, diff: this.differs(), year: state.y, rank: this.panels.ranking ? state.o : null };
    const text = JSON.stringify({ ...asked, state: { ...state, g: null, p: null, d: null, k: null } });
    if (this.client && this.text !== text) {
      this.text = text;
      this.client.state({ id: ++this.#id, ...asked });
      this.sent = new Map([...(this.sent ?? [])].slice(-8)).set(this.#id, outputs);
    }
    const base = await this.#one({ ...state, s: this.data.baseline, x: null, l: {}, b: "own" }, outputs, null);
    const goal = this.data.cost ? costs(base, this.data.cost) : null;
    const mine = this.changed() ? await this.#one(state, outputs, goal) : base;
    const pins = [];
    for (const pin of state.p) pins.push(await this.#one({ ...state, ...pin }, outputs, goal));
    this.#results = { mine, base, pins };
  }

  async #one(state, outputs, goal) {
    const labels = [...new Set([...outputs, this.data.cost].filter(Boolean))];
    const key = JSON.stringify([state.s, state.x, state.b, state.l, state.c, state.h, state.w, labels]);
    if (!this.#kept.has(key)) {
      const { results, factors } = await this.lab.run(state, this.lab.worlds(state, null), labels, { goal });
      if (factors && Number.isNaN(factors[0])) this.notice([this.say("no_factor")]);
      if (this.#kept.size > 11) this.#kept.delete(this.#kept.keys().next().value);
      this.#kept.set(key, results);
    }
    return this.#kept.get(key);
  }

  /** Draw what is known: curves now, bands as they are. */
  draw() {
    const names = this.state.k;
    if (this.shown !== `${names}|${this.state.g}`) {
      this.shown = `${names}|${this.state.g}`;
      this.cards = new Map(names.map((name) => [name, new Card(this, this.data.outcome.get(name))]));
      this.grid.replaceChildren(...[...this.cards.values()].map(({ element }) => element));
    }
    for (const [name, card] of this.cards) card.update(this.curves(name), this.#dragging);
    this.verdict.update();
    this.levers.update();
    this.header.update();
    this.panels.update();
    if (!this.ready) {
      this.ready = true;
      this.root.dispatchEvent(new CustomEvent("twintrack-ready"));
    }
  }

  #told(answer) {
    if (answer.t === "ready") return this.schedule();
    if (answer.t === "fault") return this.notice([answer.message]);
    if (answer.t === "map") return answer.id === this.#id && this.panels.mapped(answer);
    if (this.answer && answer.id < this.answer.id) return undefined;
    const outputs = this.sent.get(answer.id);
    if (!outputs) return undefined;
    this.answer = { ...answer, outputs };
    if (this.#results && outputs.join() === this.outputs().join()) this.draw();
    if (answer.whole && answer.id === this.#id) {
      this.panels.answered(answer);
      this.root.dispatchEvent(new CustomEvent("twintrack-bands", { detail: answer.ms }));
    }
    return undefined;
  }

  #write() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.store.write(written(this.data, this.state)), DELAY);
  }

  step(by) {
    const state = this.history.step(by);
    if (!state) return;
    this.change({ ...state, g: this.state.g });
    this.header.update();
    this.#write();
  }

  #resized() {
    const width = this.root.clientWidth;
    if (width === this.width) return;
    this.width = width;
    if (this.ready) this.draw();
  }

  #build() {
    this.verdict = new Verdict(this);
    this.panels = new Panels(this);
    this.levers = new Levers(this);
    this.grid = make("div", { class: "cards" });
    this.notes = make("div", { class: "notice", role: "alert", hidden: true });
    this.header = new Header(this);
    const tabs = ["levers", "charts"].map((name) => make("button", { class: name, click: () => (this.root.setAttribute("data-tab", name), this.schedule()) }, this.say(`tab_${name}`)));
    const right = make("div", { class: "right" }, this.verdict.element, make("nav", { class: "tabs" }, ...tabs), this.grid, this.panels.element);
    this.root.setAttribute("lang", this.state.g);
    if (!this.root.dataset.tab) this.root.setAttribute("data-tab", "levers");
    this.root.replaceChildren(this.header.element, this.notes, make("main", { class: "columns" }, this.levers.element, right), make("div", { class: "sheet" }));
    this.shown = null;
    addEventListener("beforeprint", () => this.root.querySelector(".sheet")?.replaceChildren(...movedTables(this)));
  }

  turn() {
    const languages = Object.keys(this.data.title);
    this.change({ g: languages[(languages.indexOf(this.state.g) + 1) % languages.length] });
    this.commit();
  }

  async copyLink() {
    const address = `${location.href.split("#")[0]}#${written(this.data, this.state)}`;
    try {
      await navigator.clipboard.writeText(address);
      this.notice([this.say("link_copied")]);
    } catch {
      this.notice([address]);
    }
  }

  saveYaml() {
    save("my_strategy.yaml", strategyYaml(this.data, this.state, this.say("mine")), "text/yaml");
    this.notice([this.say("yaml_saved")]);
  }

  saveCsv() {
    const rows = [["outcome", "year", "mine", "baseline", "low", "middle", "high", "kind"]];
    for (const name of this.state.k) {
      const { mine, base } = this.curves(name);
      const found = this.found(name);
      const band = found?.diff ?? found?.mine ?? [[], [], []];
      const kind = found?.diff ? "difference" : "levels";
      this.lab.times.forEach((time, i) => rows.push([name, time, mine[i], base[i], ...band.map((values) => values[i] ?? ""), kind]));
    }
    save("twintrack.csv", csv(rows), "text/csv");
  }

  async savePicture(fine) {
    const card = this.cards.get(this.state.o);
    const text = drawing(card.chart.svg, `${this.words(card.outcome.title)} · ${this.verdict.head.textContent}`);
    if (fine) save(`${this.state.o}.png`, await picture(text));
    else save(`${this.state.o}.svg`, text, "image/svg+xml");
  }
}
