/** The component as a widget of Jupyter: code, model and worlds are traits, and the link goes both ways. */
async function render({ model, el }) {
  const source = model.get("code");
  const address = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  const { mount } = await import(address);
  const bytes = (name) => {
    const view = model.get(name);
    return new Uint8Array(view.buffer, view.byteOffset, view.byteLength).slice();
  };
  const values = new Float64Array(bytes("draws").buffer);
  const names = model.get("names");
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
  const app = await mount(root, {
    ...{ told: model.get("told"), module: bytes("module"), description: model.get("description"), source, store },
    draws: { names, count: values.length / names.length, values },
  });
  root.twintrack = app;
  return () => app.end();
}

export default { render };
