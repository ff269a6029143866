(async () => {
  const text = (id) => document.getElementById(id).textContent;
  const bytes = async (id) => {
    const told = text(id);
    const packed = Uint8Array.fromBase64?.(told) ?? ((raw) => Uint8Array.from({ length: raw.length }, (_, i) => raw.charCodeAt(i)))(atob(told));
    return new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();
  };
  const root = document.getElementById("page");
  try {
    const words = new TextDecoder();
    const source = words.decode(await bytes("code"));
    const address = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    const [app, module, model, shuffled] = await Promise.all([import(address), bytes("module").then(WebAssembly.compile), bytes("model"), bytes("draws")]);
    const { draws: { names, count }, link } = JSON.parse(text("facts"));
    const { description, data } = JSON.parse(words.decode(model));
    const later = async () => ({ module: await WebAssembly.compile(await bytes("links")), told: JSON.parse(words.decode(await bytes("loops"))) });
    window.twintrack = await app.mount(root, { told: data, module, description, draws: { names, count, values: app.unshuffled(shuffled) }, source, link, loops: document.getElementById("loops") && later });
  } catch (error) {
    root.textContent = `This page needs a newer browser (Chrome 105, Firefox 114, Safari 16.4). 本页需要更新的浏览器。 ${error}`;
  }
})();
