/** What a reader takes along: the link, the strategy as a file, numbers, a picture. */
import { csv, drawing, picture, save, strategyYaml } from "./files.mjs";
import { written } from "./state.mjs";

/** Put the link into the clipboard; where that is refused, show it. */
export async function copyLink(app) {
  const address = `${location.href.split("#")[0]}#${written(app.data, app.state)}`;
  try {
    await navigator.clipboard.writeText(address);
    app.notice([app.say("link_copied")]);
  } catch {
    app.notice([address]);
  }
}

export function saveYaml(app) {
  save("my_strategy.yaml", strategyYaml(app.data, app.state, app.say("mine")), "text/yaml");
  app.notice([app.say("yaml_saved")]);
}

/** Write curves and bands of all cards, a row for each time. */
export function saveCsv(app) {
  const rows = [["outcome", "year", "mine", "baseline", "low", "middle", "high", "kind"]];
  for (const name of app.state.k) {
    const { mine, base } = app.curves(name);
    const found = app.found(name);
    const band = found?.diff ?? found?.mine ?? [[], [], []];
    const kind = found?.diff ? "difference" : "levels";
    app.lab.times.forEach((time, i) => rows.push([name, time, mine[i], base[i], ...band.map((values) => values[i] ?? ""), kind]));
  }
  save("twintrack.csv", csv(rows), "text/csv");
}

export function saveSvg(app) {
  save(`${app.state.o}.svg`, chosen(app), "image/svg+xml");
}

export async function savePng(app) {
  save(`${app.state.o}.png`, await picture(chosen(app)));
}

function chosen(app) {
  return drawing(app.cards.get(app.state.o).chart.svg, app.verdict.head.textContent);
}
