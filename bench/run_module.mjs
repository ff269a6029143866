// Times a module of WebAssembly: one run, many, and many that go on from a time. Prints seconds as JSON.
import { readFileSync, writeFileSync } from "node:fs";

const [folder, runs, rounds, from] = process.argv.slice(2);
const engine = readFileSync(`${folder}/engine.js`).toString("base64");
const { load } = await import(`data:text/javascript;base64,${engine}`);
const numbers = (name) => new Float64Array(Uint8Array.from(readFileSync(`${folder}/${name}`)).buffer);
const names = JSON.parse(readFileSync(`${folder}/names.json`));

/** Give the processor time of some calls, in seconds; the first ones, in which the code is optimised, do not count. */
async function timed(work) {
  const times = [];
  for (let round = -3; round < rounds; round++) {
    const before = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(before);
    if (round >= 0) times.push((user + system) / 1e6);
  }
  return times;
}

const start = performance.now();
const model = await load({ module: `${folder}/model.wasm`, description: `${folder}/model.json` });
model.run();
const first = (performance.now() - start) / 1000;
const values = Object.fromEntries(names.map((name, place) => [name, numbers(`${place}.bin`)]));
const found = await model.many(values);
const outputs = model.description.outputs.map(({ name }) => found.get(name));
writeFileSync(`${folder}/results.bin`, Buffer.concat(outputs.map(({ buffer }) => Buffer.from(buffer))));
const told = { runs: Number(runs), first, one: await timed(() => model.run()), many: await timed(() => model.many(values)) };
if (from) {
  const past = await model.past(Number(from), values);
  told.later = await timed(() => past.many());
}
process.stdout.write(JSON.stringify(told));
