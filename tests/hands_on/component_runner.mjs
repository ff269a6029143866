// Reads a job as JSON a line, runs it with the component of the job's folder and answers with JSON a line. Numbers go
// to a file, so that every bit arrives.
import { readFileSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";

const labs = new Map();

async function opened({ folder }) {
  if (labs.has(folder)) return labs.get(folder);
  const app = await import(`file://${folder}/component.mjs`);
  const { data, description, draws } = JSON.parse(readFileSync(`${folder}/model.json`));
  const values = new Float64Array(Uint8Array.from(readFileSync(`${folder}/draws.bin`)).buffer);
  const drawn = new app.Draws(draws.names, draws.count, values);
  const known = { ...app.opened(data), worlds: draws.count };
  const module = readFileSync(`${folder}/model.wasm`);
  const lab = await app.Lab.open({ module, description, data: known, draws: drawn });
  const loops = { module: readFileSync(`${folder}/links.wasm`), told: JSON.parse(readFileSync(`${folder}/loops.json`)) };
  const runs = await app.Runs.open({ module, description, data: known, draws: drawn, loops });
  labs.set(folder, { app, lab, data: known, module, description, runs });
  return labs.get(folder);
}

/** Run what a link says: in the world that curves stand in, or in drawn worlds. */
async function ran({ app, lab, data }, { link, places = null, outputs }) {
  const { state, dropped } = app.read(data, link, "en");
  if (dropped.length) throw new Error(JSON.stringify(dropped));
  const worlds = lab.worlds(state, places);
  const labels = [...new Set([...outputs, data.cost])];
  const { results: base } = await lab.run(app.reference(data, state), worlds, labels);
  const { results, factors } = await lab.run(state, worlds, labels, { goal: app.costs(base, data.cost) });
  return { base, results, factors };
}

/** Measure the loops of what a link says, in the world that curves stand in. */
async function measured({ app, data, runs }, { link, outcomes }) {
  const { state, dropped } = app.read(data, link, "en");
  if (dropped.length) throw new Error(JSON.stringify(dropped));
  const values = await runs.of(state);
  const loops = new app.Loops(await app.linkScores(runs, values), runs.alone.told, runs.begins.length);
  const plain = (found) => Object.fromEntries([...found].map(([id, list]) => [id, [...list]]));
  const width = 2 * runs.begins.length;
  const first = (name) => [...values.subarray(runs.alone.told.cells[name] * width, runs.alone.told.cells[name] * width + width / 2)];
  return {
    scores: plain(loops.scores),
    shares: plain(loops.shares),
    drives: Object.fromEntries(outcomes.map((name) => [name, plain(loops.drives(name))])),
    values: Object.fromEntries(outcomes.map((name) => [name, first(name)])),
    times: runs.begins.map(runs.at),
  };
}

async function answer(job) {
  const known = await opened(job);
  const { app, data } = known;
  if (job.check) return { same: await app.checked(known) };
  if (job.read !== undefined) {
    const { state, dropped } = app.read(data, job.read, "en");
    return { state, dropped, again: app.written(data, state) };
  }
  if (job.loops) return measured(known, job.loops);
  if (job.bands) {
    const list = Float64Array.from(job.bands.values, (value) => value ?? NaN);
    return { bands: app.bands(list, job.bands.runs).map((part) => [...part].map((value) => (Number.isNaN(value) ? null : value))) };
  }
  if (job.yaml !== undefined) return { yaml: app.strategyYaml(data, app.read(data, job.yaml, "en").state, "Mine") };
  const parts = [];
  const factors = [];
  for (const one of job.runs) {
    const found = await ran(known, one);
    for (const label of one.outputs) parts.push(found.results.get(label), ...(one.places ? [found.base.get(label)] : []));
    factors.push(found.factors && [...found.factors]);
  }
  writeFileSync(`${job.folder}/numbers.bin`, Buffer.concat(parts.map((part) => Buffer.from(part.buffer, part.byteOffset, part.byteLength))));
  return { factors };
}

for await (const line of createInterface({ input: process.stdin })) {
  const found = await answer(JSON.parse(line)).catch((error) => ({ fault: String(error.stack) }));
  process.stdout.write(`${JSON.stringify(found)}\n`);
}
