"""The tables of the page on validation, each with the command that repeats it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from twintrack.formats import MISSING, share
from twintrack.formats import number as fixed
from twintrack.pages.validation.view import Cell, Section, Table, View, number
from twintrack.pages.validation.words import shifted

MOST_LEARNT = 20
"""Parameters of the table on what was learnt."""

_DIGITS = 5
"""Of observations as they are published."""

Row = list[str | Cell]


@dataclass(frozen=True)
class Tables:
    """Makes the tables in the language of a view."""

    view: View

    def series(self) -> Table:
        """Every series: what is counted, how often, in which years, from where."""
        rows: list[Row] = []
        for item in self.view["fit"]["series"]:
            history = self.view.history(item["name"])
            sources = {key.strip() for point in history.points for key in point.source.split(";")}
            years = [math.ceil(point["time"]) - 1 for point in item["points"]]
            rows.append(
                [
                    self._series(item["name"]),
                    self.view.texts.of(history.definition),
                    str(len(years)),
                    _years(years),
                    ", ".join(sorted(sources)),
                ]
            )
        head = self._head("series", "definition", "points", "years", "sources")
        return self._table("series_table", head, rows, ["fit"], style="prose definitions")

    def points(self) -> Table:
        """Every observation with its interval and source."""
        rows: list[Row] = []
        for item in self.view["fit"]["series"]:
            name = item["name"]
            for point, source in zip(item["points"], self.view.history(name).points, strict=True):
                ends = "" if point["low"] is None else f"{self._value(name, point, 'low')} – "
                interval = f"{ends}{self._value(name, point, 'high')}" if ends else MISSING
                observed = self._value(name, point, "observed")
                rows.append(
                    [
                        self._series(name),
                        self.view.when(name, point["year"]),
                        observed,
                        interval,
                        source.source,
                    ]
                )
        head = self._head("series", "date", "observed", "interval", "sources")
        return self._table("points_table", head, rows, ["fit"], folded=True)

    def populations(self) -> Table:
        """What each population came to."""
        about = self.view["calibration"]
        rows: list[Row] = []
        for place, stages in enumerate(about["stages"]):
            last = stages[-1]
            rows.append(
                [
                    str(place + 1),
                    str(len(stages)),
                    f"{last['effective']:,.0f}",
                    f"{last['distinct']:,}",
                    share(last["accepted"][-1]),
                    str(last["directions"]),
                    f"{about['log_evidence'][place]:.2f}".replace("-", "−"),
                ]
            )
        head = self._head(
            "population", "powers", "effective", "distinct", "accepted", "directions", "evidence"
        )
        return self._table("populations_table", head, rows, ["calibration"])

    def stages(self) -> Table:
        """Every power of every population."""
        rows: list[Row] = [
            [
                f"{place + 1}.{step + 1}",
                number(stage["power"]),
                f"{stage['effective']:,.0f}",
                f"{stage['distinct']:,}",
                share(stage["accepted"][-1]),
                number(stage["steps"][-1]),
                str(stage["directions"]),
            ]
            for place, stages in enumerate(self.view["calibration"]["stages"])
            for step, stage in enumerate(stages)
        ]
        head = self._head("step", "power", "effective", "distinct", "accepted", "step_size", "directions")
        return self._table("stages_table", head, rows, ["calibration"], folded=True)

    def fit(self) -> Table:
        """How each series is met."""
        rows: list[Row] = []
        for item in self.view["fit"]["series"]:
            count, theil = len(item["points"]), item["theil"] or {}
            counts = [item[f"inside_{key}"] for key in ("said", "expected", "published")]
            rows.append(
                [
                    self._series(item["name"], bound=item["bound"]),
                    str(count),
                    *(MISSING if item["bound"] else _inside(inside, count) for inside in counts),
                    _error(item["error_prior"]),
                    Cell(_error(item["error"]), tone=_tone(item["error"] < item["error_prior"])),
                    _error(item["bias"]),
                    *(
                        share(theil[key]) if theil else MISSING
                        for key in ("bias", "variation", "covariation")
                    ),
                    _error(item["autocorrelation"]),
                    Cell(_error(item["discrepancy"]["p50"]), _ends(item["discrepancy"])),
                ]
            )
        keys = ("series", "points", "inside_said", "inside_expected", "inside_published", "error_prior")
        more = ("error", "bias", "theil_bias", "theil_variation", "theil_covariation", "autocorrelation")
        head = self._head(*keys, *more, "discrepancy")
        return self._table("fit_table", head, rows, ["fit"], style="dense", note="fit_table_note")

    def held_out(self, name: str) -> Table:
        """How well the held-out points of each series were predicted: section "years" or "series"."""
        rows: list[Row] = []
        naive = name == "years"
        for item in self.view[name]["series"]:
            count = len(item["points"])
            known = [str(item["known"])] if naive else []
            rivals = [_error(item["error_naive"])] if naive else []
            better = not item["bound"] and item["error"] < item["error_prior"]
            rows.append(
                [
                    self._series(item["name"], bound=item["bound"]),
                    *known,
                    str(count),
                    *(
                        MISSING if item["bound"] else _inside(item[key], count)
                        for key in ("inside_said", "inside_expected")
                    ),
                    Cell(_error(item["error"]), tone="" if item["bound"] else _tone(better)),
                    _error(item["error_prior"]),
                    *rivals,
                    _error(item["crps"]),
                    _error(item["crps_prior"]),
                ]
            )
        keys = ["series", *(["known"] if naive else []), "held_points", "inside_said", "inside_expected"]
        keys += ["error_mean", "error_mean_prior", *(["error_naive"] if naive else []), "crps", "crps_prior"]
        label = "years_table" if naive else "left_out_table"
        return self._table(label, self._head(*keys), rows, [name], style="dense", note="held_out_note")

    def learnt(self) -> Table:
        """The parameters that history says most about."""
        parameters = self.view["identification"]["parameters"]
        shown = [item for item in parameters if not item["as_before"]][:MOST_LEARNT]
        rows: list[Row] = []
        for item in shown:
            parameter = self.view.model.world[item["name"]]
            low, high = parameter.range
            rows.append(
                [
                    Cell(self.view.parameter(item["name"]), item["name"]),
                    share(item["contraction"]),
                    shifted(item["moved"]),
                    number(item["median"]),
                    f"{number(item['low'])} – {number(item['high'])}",
                    f"{number(low)} – {number(high)}",
                    self.view.texts.unit(parameter.unit),
                ]
            )
        head = self._head("parameter", "contraction", "moved", "median", "interval", "range", "unit")
        return self._table("learnt_table", head, rows, ["identification"])

    def directions(self) -> Table:
        """The combinations of parameters that observations speak of."""
        rows: list[Row] = []
        for place, item in enumerate(self.view["identification"]["directions"]):
            parts = [f"{self.view.parameter(name)} ({shifted(weight)})" for name, weight in item["parts"]]
            rows.append([str(place + 1), number(item["information"]), "; ".join(parts)])
        head = self._head("direction", "information", "parts")
        return self._table("directions_table", head, rows, ["identification"], style="prose")

    def teachers(self) -> Table:
        """What the parameters that were learnt most were learnt from."""
        rows: list[Row] = [
            [
                Cell(self.view.parameter(item["parameter"]), item["parameter"]),
                number(item["spread"]),
                "; ".join(f"{self.view.series(name)} ({number(spread)})" for name, spread in item["without"]),
            ]
            for item in self.view["series"]["teachers"]
        ]
        head = self._head("parameter", "spread", "without")
        return self._table("teachers_table", head, rows, ["series"], style="prose")

    def as_before(self) -> Table:
        """All parameters whose posterior equals their prior."""
        names = self.view["identification"]["as_before"]
        found = {item["name"]: item for item in self.view["identification"]["parameters"]}
        rows: list[Row] = [
            [
                Cell(self.view.parameter(name), name),
                share(max(found[name]["contraction"], 0.0)),
                shifted(found[name]["moved"]),
                self.view.texts(f"confidence_{self.view.model.world[name].confidence}"),
            ]
            for name in sorted(names)
        ]
        head = self._head("parameter", "contraction", "moved", "confidence")
        return self._table("before_table", head, rows, ["identification"], folded=True, count=len(names))

    def variants(self) -> Table:
        """The growth of cost under other choices of runs."""
        rows: list[Row] = [
            [
                self.view.texts(f"variant_{name}"),
                str(item["runs"]),
                number(item["growth"]),
                _pair(item["growth_90"]),
                _pair(item["growth_95_robust"]),
                share(item["r_squared"]),
            ]
            for name, item in self.view["cost_growth"]["variants"].items()
        ]
        head = self._head("variant", "runs", "growth", "interval", "robust", "explained")
        return self._table("variants_table", head, rows, ["cost_growth"])

    def envelope(self) -> Table:
        """How far the trend lies below the costliest run of each year."""
        rows: list[Row] = [
            [
                str(item["year"]),
                str(item["runs"]),
                item["costliest"],
                number(item["cost"] / 1e6),
                number(item["trend"] / 1e6),
                number(item["share"]) if item["share"] > 1 else share(item["share"]),
            ]
            for item in self.view["cost_growth"]["envelope_by_year"]
        ]
        head = self._head("year", "runs", "costliest", "cost", "trend", "trend_share")
        return self._table("envelope_table", head, rows, ["cost_growth"])

    def projection(self) -> Table:
        """What is expected of the coming years."""
        years = sorted({item["year"] for item in self.view["projection"]["series"]})
        found = {(item["series"], item["year"]): item for item in self.view["projection"]["series"]}
        rows: list[Row] = []
        for name in dict.fromkeys(item["series"] for item in self.view["projection"]["series"]):
            items = [found[name, year] for year in years]
            reading = self.view.texts(f"reading {items[0]['reading']}")
            row: Row = [self._series(name, bound=name in self.view["fit"]["bounds"]), reading]
            for item in items:
                row.append(
                    Cell(self.view.value(name, item["expected"]["p50"]), self._band(name, item, "expected"))
                )
                row.append(Cell(self.view.value(name, item["said"]["p50"]), self._band(name, item, "said")))
            rows.append(row)
        head: list[str | Cell] = list(self._head("series", "reading"))
        for year in years:
            head += [Cell(str(year), self.view.texts(f"col_{key}")) for key in ("expected", "said")]
        return self._table(
            "projection_table", head, rows, ["projection"], style="plain projected", note="projection_note"
        )

    def _band(self, name: str, item: Section, key: str) -> str:
        return self.view.band(name, item[key])

    def _value(self, series: str, point: Mapping[str, Any], key: str) -> str:
        return self.view.value(series, point[key], _DIGITS)

    def _series(self, name: str, *, bound: bool = False) -> Cell:
        unit = self.view.unit(name)
        told = self.view.texts("bound") if bound else ""
        return Cell(self.view.series(name), "; ".join(part for part in (unit, told) if part))

    def _head(self, *keys: str) -> list[str | Cell]:
        return [self.view.texts(f"col_{key}") for key in keys]

    def _table(
        self,
        label: str,
        head: Sequence[str | Cell],
        rows: Sequence[Row],
        sections: Iterable[str],
        *,
        style: str = "plain",
        note: str = "",
        folded: bool = False,
        **values: object,
    ) -> Table:
        texts = self.view.texts
        command = self.view.command(*sections)
        told = texts(note) if note else ""
        return Table(texts(label, **values), head, rows, command, style, told, folded)


def _inside(inside: int, points: int) -> Cell:
    """Write how many points are inside; fewer than nine in ten, rounded down, stands out."""
    return Cell(f"{inside}/{points}", tone="" if inside >= int(0.9 * points) else "poor")


def _tone(good: bool) -> str:
    return "good" if good else "poor"


def _ends(band: Mapping[str, float]) -> str:
    return f"{_error(band['p05'])} – {_error(band['p95'])}"


def _pair(interval: Sequence[float]) -> str:
    return f"{number(interval[0])} – {number(interval[1])}"


def _years(years: Sequence[int]) -> str:
    return f"{min(years)}" if min(years) == max(years) else f"{min(years)}–{max(years)}"


def _error(value: float | None) -> str:
    return MISSING if value is None else fixed(value, ".2f")
