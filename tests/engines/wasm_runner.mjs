// Reads a job as JSON a line, runs it with the engine.js of the job's folder and answers with JSON a line.
// Numbers of results go to a file, so that every bit arrives.
import { readFileSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";

const engines = new Map();

/** Import the text of the engine by itself: it can reach no other file. */
async function engine(folder) {
  const text = readFileSync(`${folder}/engine.js`);
  const address = `data:text/javascript;base64,${text.toString("base64")}`;
  if (!engines.has(address)) engines.set(address, await import(address));
  return engines.get(address);
}

const numbers = (file) => new Float64Array(Uint8Array.from(readFileSync(file)).buffer);
const given = (values, folder) => Object.entries(values ?? {}).map(([name, file]) => [name, numbers(`${folder}/${file}`)]);

async function answer({ folder, set, many, past, later, outputs, times = 0 }) {
  const { load } = await engine(folder);
  const model = await load({ module: `${folder}/model.wasm`, description: `${folder}/model.json` });
  for (const [name, value] of Object.entries(set ?? {})) model.set(name, value);
  const values = Object.fromEntries(given(many, folder));
  let run = () => (many ? model.many(values, { outputs }) : model.run({ outputs }));
  if (past !== undefined) {
    const state = await model.past(past, values, { outputs });
    run = () => state.many(later);
  }
  const results = await run();
  const names = outputs ?? model.description.outputs.map(({ name }) => name);
  const all = names.map((name) => results.get(name));
  writeFileSync(`${folder}/results.bin`, Buffer.concat(all.map((part) => Buffer.from(part.buffer, part.byteOffset, part.byteLength))));
  const milliseconds = [];
  for (let i = 0; i < times; i++) {
    const start = performance.now();
    await run();
    milliseconds.push(performance.now() - start);
  }
  return { runs: results.runs, times: [...results.times], milliseconds };
}

/** Run the two functions of a module that is no model. */
function raw({ raw: file, free }) {
  const module = new WebAssembly.Module(readFileSync(file));
  const { memory, prepare, run } = new WebAssembly.Instance(module).exports;
  memory.grow(1);
  const value = () => new Float64Array(memory.buffer, free, 1)[0];
  prepare(free, 2n);
  const values = [value()];
  run(free);
  values.push(value());
  const names = (list) => list.map(({ name }) => name);
  return { imports: names(WebAssembly.Module.imports(module)), exports: names(WebAssembly.Module.exports(module)), values };
}

/** Say whether a module gives what its description expects; `expected` is the digest to take in place of that. */
async function selfChecked({ check: folder, expected }) {
  const { checked } = await engine(folder);
  const description = JSON.parse(readFileSync(`${folder}/model.json`));
  if (expected) description.check.digest = expected;
  return { same: await checked({ module: readFileSync(`${folder}/model.wasm`), description }) };
}

async function told(job) {
  if (job.check) return selfChecked(job);
  return job.raw ? raw(job) : answer(job);
}

for await (const line of createInterface({ input: process.stdin })) {
  const found = await told(JSON.parse(line)).catch((error) => ({ fault: String(error) }));
  process.stdout.write(`${JSON.stringify(found)}\n`);
}
