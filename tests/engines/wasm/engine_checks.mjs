// What engine.js promises beyond its numbers; run by Node in the folder of a module (region.mdl).
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { Worker } from "node:worker_threads";
import { pathToFileURL } from "node:url";

const folder = process.argv[2];
const address = `data:text/javascript;base64,${readFileSync(`${folder}/engine.js`).toString("base64")}`;
const engine = await import(address);
const files = { module: `${folder}/model.wasm`, description: `${folder}/model.json` };
const { load } = engine;
assert.equal("then" in engine, false, "a module that exports `then` would be called by import()");

const checks = {
  async "bytes, addresses and a compiled module load the same model"() {
    const one = await load(files);
    const told = JSON.parse(readFileSync(files.description));
    const [bytes, made] = [readFileSync(files.module), one.module];
    for (const module of [bytes, made, pathToFileURL(files.module)]) {
      const other = await load({ module, description: told });
      other.set("price", 1);
      one.set("price", 1);
      assert.deepEqual(other.run().get("Infectious"), one.run().get("Infectious"));
    }
    assert.deepEqual(WebAssembly.Module.imports(made), [], "a module needs nothing from outside");
    await assert.rejects(load({ ...files, description: { ...told, format: 0 } }), /format 0; this engine reads 1/);
    await assert.rejects(load({ ...files, module: `${folder}/none.wasm` }), /ENOENT/);
  },
  async "values are set by labels as the model writes them, and hold for later runs"() {
    const model = await load(files);
    assert.throws(() => model.run(), /price has no numbers; set it/);
    model.set("price", { 2: 1, 8: 13 });
    assert.deepEqual([...model.run().get("cost")].slice(0, 6), [2, 2, 2, 6, 10, 14]);
    model.set("START[south_bay]", 7);
    assert.equal(model.run().get("Infectious[South Bay]")[0], 7);
    assert.equal(model.run().get("infectious[north]")[0], 1);
    model.set("start", [3, 4]);
    assert.deepEqual([...model.run({ outputs: ["Infectious"] }).get("Infectious").slice(0, 2)], [3, 4]);
    assert.throws(() => model.run({ outputs: ["total"] }).get("cost"), /no output "cost"/);
    assert.throws(() => model.set("strat", 1), /no input "strat"/);
    assert.throws(() => model.set("toString", 1), /no input/);
    assert.throws(() => model.set("start", [1, 2, 3]), /start takes 2/);
    assert.throws(() => model.set("infectivity", null), /infectivity takes 1/);
    assert.throws(() => model.set("infectivity", { 0: 1 }), /infectivity takes 1/);
    assert.equal(model.run().get("lag")[3], 1, "what cannot be set is an output all the same");
    assert.deepEqual([...model.run().get("start").slice(-2)], [3, 4]);
  },
  async "many runs name what differs, and refuse what does not fit"() {
    const model = await load(files);
    model.set("price", 1);
    const infectivity = Float64Array.from({ length: 90 }, (_, run) => 0.1 + run / 200);
    const found = await model.many({ infectivity, "start[North]": infectivity.map((x) => 10 * x) });
    assert.equal(found.runs, 90);
    model.set("infectivity", infectivity[70]);
    model.set("start[North]", 10 * infectivity[70]);
    const alone = model.run().get("Infectious[North]");
    assert.deepEqual(alone, found.get("Infectious[North]").filter((_, place) => place % 90 === 70));
    await assert.rejects(model.many({}), /name a constant/);
    await assert.rejects(model.many({ price: [1, 2] }), /price is the same in all runs/);
    await assert.rejects(model.many({ infectivity: [1, 2], duration: [1, 2, 3] }), /duration has 3, infectivity has 2/);
    await assert.rejects(model.many({ start: [1, 2, 3] }), /start has 1.5/);
  },
  async "runs are cancelled between parts, and others go on"() {
    const model = await load(files);
    model.set("price", 1);
    const infectivity = new Float64Array(400).fill(0.3);
    const seen = [];
    const stopped = model.many({ infectivity }, { progress: (done) => seen.push(done) && done >= 80 && model.cancel() });
    await assert.rejects(stopped, { name: "AbortError" });
    assert.deepEqual(seen, [40, 80]);
    const stop = new AbortController();
    const one = model.many({ infectivity }, { signal: stop.signal });
    model.set("infectivity", 0.9);
    model.set("price", 5);
    const other = model.many({ duration: new Float64Array(100).fill(4) });
    stop.abort();
    await assert.rejects(one, { name: "AbortError" });
    const last = await other;
    assert.deepEqual(new Set(last.get("cost")), new Set([10]));
    assert.equal(last.get("Infectious[North]").at(-1), model.run().get("Infectious[North]").at(-1));
  },
  async "two calls at a time do not meet"() {
    const model = await load(files);
    const infectivity = new Float64Array(100).fill(0.3);
    model.set("price", 1);
    const one = model.many({ infectivity });
    model.set("price", 2);
    const [first, second] = await Promise.all([one, model.many({ infectivity })]);
    assert.deepEqual([new Set(first.get("cost")), new Set(second.get("cost"))], [new Set([2]), new Set([4])]);
  },
  async "a state in the past keeps what was, and only series change later"() {
    const model = await load(files);
    model.set("price", 1);
    const past = await model.past(4, { infectivity: [0.2, 0.4] });
    const found = await past.many({ price: 3 });
    assert.deepEqual([...found.get("cost").slice(6, 10)], [2, 2, 6, 6]);
    await assert.rejects(past.many({ infectivity: 1 }), /cannot change later/);
    await assert.rejects(model.past(0), /not between/);
    await assert.rejects(model.past(99), /not between/);
  },
  async "a worker runs a module that the page has compiled"() {
    const { module, description } = await load(files);
    const text = `
      import { workerData, parentPort } from "node:worker_threads";
      const { load } = await import(workerData.address);
      const model = await load(workerData);
      model.set("price", 1);
      parentPort.postMessage(model.run().get("Infectious"));`;
    const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(text)}`), {
      workerData: { address, module, description },
    });
    const [found] = await Promise.race([
      new Promise((done) => worker.once("message", (told) => done([told]))),
      new Promise((_, failed) => worker.once("error", failed)),
    ]);
    const model = await load(files);
    model.set("price", 1);
    assert.deepEqual(found, model.run().get("Infectious"));
  },
};

const failed = [];
for (const [name, check] of Object.entries(checks)) await check().catch((error) => failed.push(`${name}: ${error.stack}`));
process.stdout.write(JSON.stringify({ checked: Object.keys(checks).length, failed }));
