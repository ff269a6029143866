(async () => {
  const text = (id) => document.getElementById(id).textContent;
  const bytes = async (id) => {
    const told = text(id);
    const packed = Uint8Array.fromBase64?.(told) ?? ((raw) => Uint8Array.from({ length: raw.length }, (_, i) => raw.charCodeAt(i)))(atob(told));
    return new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();
  };
  const root = document.getElementById("page");
  try {
    const source = text("code");
    const address = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    const [app, module, model, shuffled] = await Promise.all([import(address), bytes("module").then(WebAssembly.compile), bytes("model"), bytes("draws")]);
    const { draws: { names, count }, link } = JSON.parse(text("facts"));
    const values = new Float64Array(names.length * count);
    const [from, to] = [new Uint8Array(shuffled), new Uint8Array(values.buffer)];
    for (let place = 0; place < 8; place++) for (let i = 0; i < values.length; i++) to[8 * i + place] = from[place * values.length + i];
    const { description, data } = JSON.parse(new TextDecoder().decode(model));
    window.twintrack = await app.mount(root, { told: data, module, description, draws: { names, count, values }, source, link });
  } catch (error) {
    root.textContent = `This page needs a newer browser (Chrome 105, Firefox 114, Safari 16.4). 本页需要更新的浏览器。 ${error}`;
  }
})();
