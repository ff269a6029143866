"use strict";
(() => {
  // The library and the figures lie packed in the page, and are unpacked when the first figure is asked for.
  let loaded;
  const text = (name) => {
    const packed = document.getElementById(name).textContent.trim();
    const bytes = Uint8Array.from(atob(packed), (sign) => sign.charCodeAt(0));
    return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).text();
  };
  const load = async () => {
    const script = document.createElement("script");
    const { src } = document.getElementById("library").dataset; // in a site, where pages share it
    if (!src) script.textContent = await text("library");
    const loaded = src && new Promise((done, failed) => Object.assign(script, { src, onload: done, onerror: failed }));
    document.head.append(script);
    await loaded;
    return JSON.parse(await text("figures"));
  };
  // A band is written once, there and back; what is read on its line tells both ends.
  const told = (trace, all) => {
    if (trace.band === undefined) return trace;
    const ends = all[trace.band].y;
    return { ...trace, customdata: trace.y.map((_, place) => [ends.at(-1 - place), ends[place]]) };
  };
  const size = (chart) => ({ width: chart.clientWidth, height: chart.clientHeight });
  const draw = async (fold) => {
    const charts = [...fold.querySelectorAll(".chart")].filter((chart) => chart.clientWidth);
    if (!charts.length) return;
    loaded ??= load();
    const figures = await loaded;
    for (const chart of charts) {
      if (chart.dataset.drawn) {
        Plotly.relayout(chart, size(chart));
        continue;
      }
      const { data, layout } = figures[chart.dataset.figure];
      const config = { responsive: true, displayModeBar: false, scrollZoom: false };
      Plotly.newPlot(chart, data.map((trace) => told(trace, data)), { ...layout, ...size(chart), dragmode: false }, config);
      chart.dataset.drawn = "yes";
    }
  };
  document.querySelectorAll("details").forEach((fold) =>
    fold.addEventListener("toggle", () => fold.open && draw(fold)));
  const fit = () => document.querySelectorAll("details[open]").forEach(draw);
  ["resize", "beforeprint", "afterprint"].forEach((event) => window.addEventListener(event, fit));
  matchMedia("print").addEventListener("change", fit);
})();
