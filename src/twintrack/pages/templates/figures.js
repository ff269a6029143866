"use strict";
(() => {
  const figures = JSON.parse(document.getElementById("figures").textContent);
  const charts = [...document.querySelectorAll(".chart")];
  const config = { responsive: true, displayModeBar: false, scrollZoom: false };
  const size = (chart) => ({ width: chart.clientWidth, height: chart.clientHeight });

  for (const chart of charts) {
    const { data, layout } = figures[chart.dataset.figure];
    Plotly.newPlot(chart, data, { ...layout, ...size(chart), dragmode: false }, config);
  }

  // A drawing keeps the width of the screen unless told: fit it to the paper, and back again.
  const paper = matchMedia("print");
  const fit = () => {
    const font = paper.matches
      ? { "font.size": 9, "yaxis.title.font.size": 8 }
      : { "font.size": 12, "yaxis.title.font.size": 11 };
    charts.forEach((chart) => Plotly.relayout(chart, { ...size(chart), ...font }));
  };
  window.addEventListener("resize", fit);
  // What lies in a fold has no width until it is opened.
  const opened = (fold) => {
    if (fold.open) fold.querySelectorAll(".chart").forEach((chart) => Plotly.relayout(chart, size(chart)));
  };
  document.querySelectorAll("details").forEach((fold) => fold.addEventListener("toggle", () => opened(fold)));
  window.addEventListener("beforeprint", fit);
  window.addEventListener("afterprint", fit);
  paper.addEventListener("change", fit);
})();
