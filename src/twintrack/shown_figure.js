// Draws a figure of an exported notebook by the library that lies packed in one of its outputs.
((key, { data, layout }) => {
  const named = (name, value = "") => document.querySelector(`[data-twintrack-${name}${value && `="${value}"`}]`);
  const load = async (held) => {
    const packed = Uint8Array.from(atob(held.textContent), (sign) => sign.charCodeAt(0));
    const text = await new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"))).text();
    const module = { exports: {} };
    new Function("module", "define", text)(module); // whatever loads modules on the page sees nothing of it
    return module.exports;
  };
  const draw = async (box) => {
    const held = named("plotly");
    if (!held) {
      box.textContent = "Run the notebook again from the top to see this figure. 请从头重新运行笔记本以显示此图。";
      return;
    }
    const Plotly = await (window.twintrackPlotly ??= load(held));
    Plotly.newPlot(box, data, { height: 450, ...layout }, { responsive: true, displaylogo: false });
  };
  const look = (times) => {
    const box = named("figure", key);
    if (box) draw(box);
    else if (times) setTimeout(() => look(times - 1), 100); // Jupyter runs this before it puts the output in place
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", () => look(0));
  else look(50);
})
