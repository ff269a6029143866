/** The page: what stands where, and how a move goes from the slider to the curves. */
import { checked } from "../../engines/wasm/engine.js";
import { fragment } from "./address.mjs";
import { Card, Verdict } from "./cards.mjs";
import { startWorkers } from "./client.mjs";
import { explain } from "./details.mjs";
import { make } from "./dom.mjs";
import { Header } from "./header.mjs";
import { Draws, Lab } from "./lab.mjs";
import { Levers } from "./levers.mjs";
import { Panels, movedTables } from "./panels.mjs";
import { Amounts, joinedUnit, scaleOf, stepped, yearText } from "./numbers.mjs";
import { opened } from "./plan.mjs";
import { Singles } from "./singles.mjs";
import { History, changed, read, written } from "./state.mjs";

const DELAY = 120; // milliseconds before a link is written: browsers limit the rate
const LONG = 5; // milliseconds of one world, a third of a frame, from which on a worker runs it
const TIMED = 5; // runs of one world that say how long it takes

/**
 * Put the component into an element. `told` is what Python says of the model, `draws` has names, count and values,
 * `source` is the text of this module for workers. `loops` gives what tells of loops, once it is asked for; it may be null. `store` reads and writes links; by default the page's fragment,
 * and `link` where there is none.
 */
export async function mount(root, { told, module, description, draws, source, link = "", store = fragment(link), loops = null }) {
  const drawn = new Draws(draws.names, draws.count, draws.values);
  const compiled = module instanceof WebAssembly.Module ? module : await WebAssembly.compile(module);
  const lab = await Lab.open({ module: compiled, description, data: { ...opened(told), worlds: draws.count }, draws: drawn });
  const app = new App(root, lab, drawn, store, loops);
  app.start({ source, module: compiled, description, data: { ...told, entries: [], sources: {}, texts: {} }, draws, loops });
  return app;
}

class App {
  #framed = false; // a frame is asked for
  #moved = true; // the curves are of an older state
  #timer = null;
  #results = null;
  #times = []; // what the last runs of one world took
  #awaited = null; // an answer of the worker that runs one world
  #id = 0;
  #asked = "";
  dragging = false; // a pointer is down: axes may only grow
  #life = new AbortController();

  constructor(root, lab, draws, store, loops) {
    Object.assign(this, { root, lab, draws, store, loops, data: lab.data, answer: null, singles: new Singles(lab) });
    root.classList.add("twintrack");
    const languages = Object.keys(this.data.title);
    const language = languages.find((key) => (navigator.language ?? "").startsWith(key)) ?? languages[0];
    const { state, dropped } = read(this.data, store.read(), language);
    this.state = state;
    this.history = new History(state);
    this.sizes = new ResizeObserver((seen) => this.#resized(seen));
    this.#build();
    this.#dropped(dropped);
    this.#listen();
  }

  /** Draw, and start workers once the curves stand. */
  start(given) {
    const begin = () => {
      this.client = startWorkers(given, (answer) => this.#told(answer, given));
      this.schedule();
    };
    this.root.addEventListener("twintrack-drawn", () => setTimeout(begin), { once: true });
    this.schedule();
  }

  /** Compute what the program has computed beforehand; where a bit differs, say so. */
  async #check(given) {
    this.same = null;
    this.same = await checked(given);
    if (this.same === false) this.notice([this.say("digest_differs")]);
  }

  /** End the workers, and let go of the window. */
  end() {
    this.client?.end();
    this.sizes.disconnect();
    this.#life.abort();
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
    return changed(this.state);
  }

  /** Words that stand among numbers. */
  numberWords() {
    return { points: this.say("points"), none: this.say("no_change") };
  }

  /** Give how numbers of an outcome are written: in the unit for what it comes to without the strategy. */
  amounts(outcome) {
    const size = this.curves(outcome.name).base.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    return new Amounts(outcome, this.state.g, size, this.numberWords());
  }

  /**
   * Write a value of a lever or a world parameter, in the unit that readers have such amounts in; a date as a year, or
   * as never where it lies beyond the end of the run.
   */
  setting({ units, step, date }, value, unit = true) {
    if (date) return value > this.data.time.last ? this.say("never") : yearText(value);
    const { g } = this.state;
    const scale = scaleOf(units[g]);
    const text = stepped(scale.factor * value, scale.factor * step);
    return unit ? joinedUnit(text, scale.unit, g === "zh") : text;
  }

  /** Name the strategy that mine is compared with, within a sentence. */
  against() {
    const { a } = this.state;
    return a === this.data.baseline ? this.say("the_baseline") : `“${this.words(this.data.strategies.get(a).title)}”`;
  }

  /** Whether differences from what mine is compared with are shown. */
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

  /** Name a strategy: what it starts from, the mix, how many levers are set, the rule of cost where it is not its own. */
  strategyTitle({ s, x, l, b }) {
    const title = (name) => this.words(this.data.strategies.get(name).title);
    const percent = (share) => `${Math.round(100 * share)}%`;
    const mix = x ? `${title(s)} ${percent(1 - x[1])} + ${title(x[0])} ${percent(x[1])}` : title(s);
    const count = Object.keys(l).length;
    return mix + (count ? ` (${this.say("changed_count", { count })})` : "") + (b === "equal" ? ` · ${this.say("cost_equal")}` : "");
  }

  /** Change a part of the state and draw; `commit` makes a step of history of it. */
  change(part) {
    const language = this.state.g;
    this.state = { ...this.state, ...part };
    if (!this.state.k.includes(this.state.o)) this.state.k = [this.state.o, ...this.state.k];
    if (language !== this.state.g) this.#build();
    this.schedule();
  }

  commit() {
    this.history.push(this.state);
    this.header.update();
    this.#write();
  }

  /** Change a part of the state in one step. */
  set(part) {
    this.change(part);
    this.commit();
  }

  step(by) {
    const state = this.history.step(by);
    if (!state) return;
    this.change({ ...state, g: this.state.g });
    this.header.update();
    this.#write();
  }

  turn() {
    const languages = Object.keys(this.data.title);
    this.set({ g: languages[(languages.indexOf(this.state.g) + 1) % languages.length] });
  }

  /** Show a state that a link tells; a notice says what was left out. */
  open(text) {
    if (text === written(this.data, this.state)) return;
    const { state, dropped } = read(this.data, text, this.state.g);
    this.set(state);
    this.#dropped(dropped);
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
    const close = () => make("button", { "aria-label": this.say("close"), click: () => this.notice([]) }, "×");
    this.notes.replaceChildren(...(lines.length ? [make("ul", {}, lines.map((line) => make("li", {}, line))), close()] : []));
    this.notes.hidden = !lines.length;
  }

  /** Names of the outcomes that are computed; public cost is always told. */
  outputs() {
    const wanted = this.panels.whole ? this.data.outcome.keys() : this.state.k;
    return [...new Set([...wanted, this.data.cost])].filter((name) => this.data.outcome.has(name));
  }

  /** Give what many worlds say of an outcome, from the last answer. */
  found(name) {
    const at = this.answer?.outputs.indexOf(name) ?? -1;
    return at < 0 ? null : this.answer.found[at];
  }

  /** Whether bands belong to an older state than the curves, or to some of the worlds. */
  stale() {
    return this.#moved || !this.answer?.whole || this.answer.id !== this.#id;
  }

  /** Give the curves of an outcome in the one world. */
  curves(name) {
    const { mine, base, pins } = this.#results;
    return { mine: mine.get(name), base: base.get(name), pins: pins.map((pin) => pin.get(name)) };
  }

  /** Draw in the next frame; the curves are computed anew if something has moved. */
  schedule(moved = true) {
    if (moved) this.#ask();
    this.#moved ||= moved;
    if (!this.#framed) this.#turn();
  }

  /** Compute what has moved, and draw it in a frame: within the frame, or on a slow machine in a worker before it. */
  async #turn() {
    this.#framed = true;
    let drawn = false; // curves are new
    const compute = async () => {
      if (!this.#moved) return;
      [this.#moved, drawn] = [false, true];
      await this.#compute();
    };
    try {
      if (this.#slow) await compute();
      await new Promise(requestAnimationFrame);
      if (!this.#slow) await compute();
      this.#draw(drawn);
    } catch (error) {
      this.notice([String(error)]);
    }
    this.#framed = false;
    if (this.#moved) this.schedule();
  }

  /** Whether the page's own thread takes so long for one world that drags would stumble. */
  get #slow() {
    return this.#times.length === TIMED && Math.min(...this.#times) > LONG;
  }

  async #compute() {
    const { state } = this;
    const outputs = this.outputs();
    const began = performance.now();
    const found = await (this.#slow ? this.#elsewhere(state, outputs) : this.singles.of(state, outputs));
    if (!this.#slow && found.ran) this.#times = [...this.#times, performance.now() - began].slice(-TIMED);
    if (found.lacking) this.notice([this.say("no_factor")]);
    this.#results = found;
    this.computed = outputs;
  }

  #elsewhere(state, outputs) {
    return new Promise((done, failed) => {
      this.#awaited = { done, failed };
      this.client.one({ id: this.#id, state, outputs });
    });
  }

  /** Send the workers what is asked of many worlds, if it is another question. */
  #ask() {
    const { state } = this;
    const question = { state, outputs: this.outputs(), diff: this.differs(), year: state.y, rank: this.panels.ranking ? state.o : null };
    const asked = JSON.stringify({ ...question, state: { ...state, g: null, p: null, d: null, k: null, h: null, o: null } });
    if (!this.client || this.#asked === asked) return;
    this.#asked = asked;
    this.client.state({ id: ++this.#id, ...question });
  }

  /** Draw what is known: curves, and bands as they are. */
  #draw(moved) {
    this.#placeCards();
    for (const [name, card] of this.cards) card.update(this.curves(name), this.dragging);
    this.verdict.update();
    if (moved) {
      this.levers.update();
      this.header.update();
    }
    this.panels.update();
    this.ready = true;
    const detail = { moved, answer: this.answer?.id ?? null, stale: this.answer?.id !== this.#id, whole: !this.stale() };
    this.root.dispatchEvent(new CustomEvent("twintrack-drawn", { detail }));
  }

  #placeCards() {
    const shown = `${this.state.k}|${this.state.g}`;
    if (this.shown === shown) return;
    this.shown = shown;
    this.sizes.disconnect();
    this.cards = new Map(this.state.k.map((name) => [name, new Card(this, this.data.outcome.get(name))]));
    this.grid.replaceChildren(...[...this.cards.values()].map(({ element }) => element));
    for (const { chart } of this.cards.values()) this.sizes.observe(chart.svg);
  }

  /** Take the widths of charts; one without a width is hidden, and is not drawn. */
  #resized(seen) {
    const widths = new Map(seen.map(({ target, contentRect }) => [target, Math.round(contentRect.width)]));
    for (const [name, card] of this.cards) {
      const width = widths.get(card.chart.svg);
      if (width === undefined || width === card.width) continue;
      card.width = width;
      card.update(this.curves(name), this.dragging);
    }
  }

  #told(answer, given) {
    if (answer.t === "one") return this.#awaited?.done(answer);
    if (answer.t === "fault") {
      this.#awaited?.failed(new Error(answer.message));
      return this.notice([answer.message]);
    }
    if (answer.t === "loops") return this.panels.strip?.answered(answer);
    if (answer.t === "map") return answer.id === this.#id && this.panels.mapped(answer);
    if (this.answer && answer.id < this.answer.id) return undefined;
    this.answer = answer;
    this.schedule(false);
    if (answer.whole && this.same === undefined) this.#check(given); // once there is nothing to wait for
    return !this.stale() && this.panels.answered(answer);
  }

  #write() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.store.write(written(this.data, this.state)), DELAY);
  }

  #dropped(dropped) {
    if (dropped.length) this.notice(dropped.map(([key, what]) => this.say(key, { what })));
  }

  #listen() {
    const whileOpen = { signal: this.#life.signal };
    this.store.watch?.(() => this.open(this.store.read()));
    const dragged = (dragging) => () => {
      if (this.dragging === dragging) return;
      this.dragging = dragging;
      if (!dragging) this.schedule(false); // axes may become smaller again
    };
    this.root.addEventListener("pointerdown", dragged(true), whileOpen);
    for (const end of ["pointerup", "pointercancel"]) addEventListener(end, dragged(false), whileOpen);
    const made = () => make("p", { class: "note" }, this.say("sheet_note", { model: this.data.hash.slice(0, 12), link: written(this.data, this.state) }));
    addEventListener("beforeprint", () => this.root.querySelector(".sheet").replaceChildren(...movedTables(this), made()), whileOpen);
  }

  #build() {
    this.verdict = new Verdict(this);
    this.panels?.strip?.end();
    this.panels = new Panels(this);
    this.levers = new Levers(this);
    this.header = new Header(this);
    this.grid = make("div", { class: "cards" });
    this.notes = make("div", { class: "notice", role: "alert", hidden: true });
    const tabs = ["levers", "charts"].map((name) => make("button", { class: name, click: () => this.#tab(name) }, this.say(`tab_${name}`)));
    this.tabs = make("nav", { class: "tabs", "aria-label": this.say("tabs") }, tabs);
    const right = make("div", { class: "right" }, this.verdict.element, this.tabs, this.grid, this.panels.element);
    this.root.setAttribute("lang", this.state.g);
    this.store.named?.(this.words(this.data.title), this.state.g);
    this.root.replaceChildren(this.header.element, this.notes, make("main", { class: "columns" }, this.levers.element, right), make("div", { class: "sheet" }));
    this.shown = null;
    this.#tab(this.root.dataset.tab ?? "levers");
  }

  /** On a narrow page, show the levers or the charts. */
  #tab(chosen) {
    this.root.dataset.tab = chosen;
    for (const one of this.tabs.children) one.setAttribute("aria-pressed", String(one.className === chosen));
  }
}
