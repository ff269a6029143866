/** The component as a widget of Jupyter: code, model and worlds are traits, packed, and the link goes both ways. */
async function render({ model, el }) {
  const key = model.get("key");
  const kept = [...document.querySelectorAll(`[data-twintrack-page="${key}"]`)];
  if (kept.some((box) => box.dataset.shown === "exported")) return undefined; // there the page stands for the widget
  el.dataset.twintrackWidget = key;
  for (const box of kept) box.querySelector("iframe")?.remove(); // the widget came late, but it is here

  const unpacked = (name) => {
    const stream = new Blob([model.get(name)]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Response(stream).arrayBuffer();
  };
  const words = new TextDecoder();
  const [code, module, told, draws] = await Promise.all(["code", "module", "model", "draws"].map(unpacked));
  const source = words.decode(code);
  const address = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  const { mount, unshuffled } = await import(address);
  const names = model.get("names");
  const values = unshuffled(draws);
  const store = {
    read: () => model.get("link"),
    write: (text) => {
      model.set("link", text);
      model.save_changes();
    },
    watch: (changed) => model.on("change:link", changed),
  };
  const root = document.createElement("div");
  el.append(root);
  const { description, data } = JSON.parse(words.decode(told));
  const later = async () => ({ module: await WebAssembly.compile(await unpacked("links")), told: JSON.parse(words.decode(await unpacked("loops"))) });
  const app = await mount(root, {
    ...{ told: data, module: new Uint8Array(module), description, source, store, loops: model.get("loops").byteLength ? later : null },
    draws: { names, count: values.length / names.length, values },
  });
  root.twintrack = app;
  return () => app.end();
}

export default { render };
