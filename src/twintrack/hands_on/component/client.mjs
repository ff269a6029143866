/** The page's side of the workers: starts them, sends the newest state, hands on answers. */

/** Start one or two workers that share the drawn worlds. `source` is the code of the component. */
export function startWorkers({ source, module, description, data, draws, loops }, told) {
  const count = Math.min(2, Math.max(1, navigator.hardwareConcurrency ?? 2), draws.count);
  const address = URL.createObjectURL(new Blob([source.slice(0, source.lastIndexOf("\nexport {")), "\nserve(self);\n"], { type: "text/javascript" }));
  const half = Math.ceil(draws.count / count);
  const channel = new MessageChannel();
  const started = (places, lead, port, measured = null) => {
    const worker = new Worker(address);
    worker.onmessage = ({ data: answer }) => told(answer);
    worker.onerror = (event) => told({ t: "fault", id: -1, message: event.message ?? "worker" });
    worker.postMessage({ t: "init", module, description, data, draws, places, lead, port, loops: measured }, port ? [port] : []);
    return worker;
  };
  const workers = Array.from({ length: count }, (_, i) => {
    const places = Array.from({ length: Math.min(half, draws.count - i * half) }, (_, k) => i * half + k);
    return started(places, i === 0, count > 1 ? [channel.port1, channel.port2][i] : null);
  });
  let [single, measuring] = [null, null];
  const measure = async () => started([], false, null, await loops());
  return {
    state: (message) => workers[0].postMessage({ t: "state", ...message }),
    map: (message) => workers.at(-1).postMessage({ t: "map", ...message }),
    one: (message) => (single ??= started([], false, null)).postMessage({ t: "one", ...message }),
    loops: async (message) => (await (measuring ??= measure())).postMessage({ t: "loops", ...message }),
    end: () => {
      for (const worker of [...workers, ...(single ? [single] : [])]) worker.terminate();
      measuring?.then((worker) => worker.terminate());
    },
  };
}
