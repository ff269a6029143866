"use strict";
(() => {
  // The library lies packed in the page, and is unpacked when the first figure is asked for.
  let library;
  const unpacked = async () => {
    const packed = document.getElementById("plotly-packed").textContent.trim();
    const bytes = Uint8Array.from(atob(packed), (sign) => sign.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    const script = document.createElement("script");
    script.textContent = await new Response(stream).text();
    document.head.append(script);
    return JSON.parse(document.getElementById("figures").textContent);
  };
  const size = (chart) => ({ width: chart.clientWidth, height: chart.clientHeight });
  const draw = async (fold) => {
    const charts = [...fold.querySelectorAll(".chart")].filter((chart) => chart.clientWidth);
    if (!charts.length) return;
    library ??= unpacked();
    const figures = await library;
    for (const chart of charts) {
      if (chart.dataset.drawn) {
        Plotly.relayout(chart, size(chart));
        continue;
      }
      const { data, layout } = figures[chart.dataset.figure];
      const config = { responsive: true, displayModeBar: false, scrollZoom: false };
      Plotly.newPlot(chart, data, { ...layout, ...size(chart), dragmode: false }, config);
      chart.dataset.drawn = "yes";
    }
  };
  document.querySelectorAll("details").forEach((fold) =>
    fold.addEventListener("toggle", () => fold.open && draw(fold)));
  window.addEventListener("resize", () => document.querySelectorAll("details[open]").forEach(draw));
  const shown = () => {
    const fold = location.hash && document.querySelector(`details${CSS.escape ? "#" + CSS.escape(location.hash.slice(1)) : location.hash}`);
    if (fold) fold.open = true;
  };
  window.addEventListener("hashchange", shown);
  shown();
})();
