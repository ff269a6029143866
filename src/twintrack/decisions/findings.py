"""What an analysis comes to: at most ten statements, each read off a table, none without a paired test.

A statement is a kind, with the names and numbers that its sentence needs; `pages` has the words. What no test
shows is said as not shown: that nobody is best, that no box stands, that no parameter stands above chance.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from twintrack.decisions.compared import Case, Compared
from twintrack.decisions.contests import BEST, SAME
from twintrack.decisions.deciding import CONTEST
from twintrack.decisions.factorial import EFFECT
from twintrack.decisions.failing import NOT_BEST

MOST = 10
PLACES = 4
"""Outcomes of which it is told who stands first."""

Tables = Mapping[str, pd.DataFrame]


@dataclass(frozen=True)
class Finding:
    """One statement.

    Attributes:
        kind: Which sentence tells it.
        table: The table that it is read off.
        case: What it holds for.
        strategies: Names of strategies, by their place in the sentence; several may share one.
        parameters: Names of world parameters, by their place in the sentence.
        shares: Shares of worlds, 0 to 1.
        amounts: Numbers in the outcome's unit.
        numbers: Other numbers.
        settings: Values of world parameters by place in the sentence: name of the parameter, and value.
    """

    kind: str
    table: str
    case: Case
    strategies: Mapping[str, Sequence[str]] = field(default_factory=dict)
    parameters: Mapping[str, Sequence[str]] = field(default_factory=dict)
    shares: Mapping[str, float] = field(default_factory=dict)
    amounts: Mapping[str, float] = field(default_factory=dict)
    numbers: Mapping[str, float] = field(default_factory=dict)
    settings: Mapping[str, tuple[str, float]] = field(default_factory=dict)


def findings(compared: Compared, tables: Tables) -> list[Finding]:
    """Give what the tables come to, at most MOST statements; what was not worked out is not told."""
    told: list[Finding] = []
    cases = list(compared.headline_cases())
    for case in cases[:PLACES]:
        told += _first_place(tables, case)
    for one in _OTHERS:
        told += one(compared, tables, cases)
    return told[:MOST]


def rows_of(tables: Tables, name: str, case: Case) -> pd.DataFrame:
    """Give the rows of a table that are of a case; none where there is no such table."""
    table = tables.get(name)
    if table is None:
        return pd.DataFrame()
    for column, value in case.columns().items():
        table = table[table[column] == value]
    return table


def _first_place(tables: Tables, case: Case) -> Iterator[Finding]:
    """Tell who is best, and by how much against the nearest rival; or who share the first place."""
    places, met = rows_of(tables, "first_places", case), rows_of(tables, "contests", case)
    first = places[places["place"] != ""] if len(places) else places
    if first.empty or (first["place"] == SAME).all():
        return
    names = [str(name) for name in first["strategy"]]
    if (first["place"] == BEST).all():
        row = min(
            (_against(met, names[0], str(other)) for other in places["strategy"] if other != names[0]),
            key=lambda found: (found["share"], abs(found["median"])),
        )
        yield Finding(
            "best",
            "contests",
            case,
            strategies={"first": names, "second": [row["second"]]},
            shares={"share": row["share"]},
            amounts={key: row[key] for key in ("median", "low90", "high90")},
        )
        return
    yield Finding(
        "shared",
        "first_places",
        case,
        strategies={"first": names},
        shares={"share": float(first["share_best"].max())},
    )


def _against(met: pd.DataFrame, first: str, second: str) -> dict[str, Any]:
    """Give the contest of two strategies, turned so that it is told of the first."""
    straight = met[(met["first"] == first) & (met["second"] == second)]
    if len(straight):
        return {str(key): value for key, value in straight.iloc[0].to_dict().items()}
    row = met[(met["first"] == second) & (met["second"] == first)].iloc[0]
    turned = {"median": -row["median"], "low90": -row["high90"], "high90": -row["low90"]}
    return {**turned, "share": 1 - row["share"], "first": first, "second": second}


def _by_scenario(compared: Compared, tables: Tables, cases: Sequence[Case]) -> Iterator[Finding]:
    """Tell for how many outcomes another strategy stands first under another scenario."""
    if len(compared.scenarios) < 2 or "first_places" not in tables:
        return
    changed = 0
    for case in cases:
        others = [replace(case, scenario=name) for name in compared.scenarios]
        changed += len({_head(tables, one) for one in others}) > 1
    yield Finding(
        "by_scenario",
        "first_places",
        cases[0],
        numbers={"changed": changed, "outcomes": len(cases), "scenarios": len(compared.scenarios)},
    )


def _by_cost(compared: Compared, tables: Tables, cases: Sequence[Case]) -> Iterator[Finding]:
    """Tell for how many outcomes another strategy stands first at the other cost."""
    if len(compared.costs) < 2 or "first_places" not in tables:
        return
    other = compared.costs[1]
    changed = sum(_head(tables, case) != _head(tables, replace(case, cost=other)) for case in cases)
    numbers = {"changed": changed, "outcomes": len(cases)}
    yield Finding("by_cost", "first_places", cases[0], numbers=numbers)


def _head(tables: Tables, case: Case) -> frozenset[str]:
    """Name those that stand first."""
    places = rows_of(tables, "first_places", case)
    return frozenset(map(str, places[places["place"] != ""]["strategy"]))


def _robust(compared: Compared, tables: Tables, cases: Sequence[Case]) -> Iterator[Finding]:
    """Tell whether measures of robustness agree on the outcome that is looked at first."""
    chosen = rows_of(tables, "robust_choice", cases[0])
    if chosen.empty:
        return
    row = chosen.iloc[0]
    names = {key: [str(row[key])] for key in ("laplace", "worst_decile", "regret_p90")}
    kind = "robust_agree" if len({names[key][0] for key in names}) == 1 else "robust_differ"
    yield Finding(kind, "robust_choice", cases[0], strategies=names)


def _target(compared: Compared, tables: Tables, cases: Sequence[Case]) -> Iterator[Finding]:
    """Tell which strategy reaches a target in most worlds."""
    table = tables.get("robustness")
    if table is None:
        return
    at = table[(table["cost"] == compared.costs[0]) & (table["scenario"] == compared.scenarios[0])]
    at = at[at["target"].notna() & at["starr"].notna()]
    if at.empty:
        return
    first = at[(at["outcome"] == at.iloc[0]["outcome"]) & (at["year"] == at.iloc[0]["year"])]
    row = first.iloc[int(first["starr"].to_numpy().argmax())]
    case = Case(str(row["cost"]), str(row["scenario"]), str(row["outcome"]), float(row["year"]))
    yield Finding(
        "target",
        "robustness",
        case,
        strategies={"first": [str(row["strategy"])]},
        shares={"share": float(row["starr"]), "least": float(first["starr"].min())},
        amounts={"target": float(row["target"])},
    )


def _factorial(compared: Compared, tables: Tables, cases: Sequence[Case]) -> Iterator[Finding]:
    """Tell which factor brings most, if it does so in clearly more than half of the worlds."""
    rows = rows_of(tables, "factorial", cases[0])
    if rows.empty:
        return
    effects = rows[rows["kind"] == EFFECT]
    row = effects.iloc[int(effects["median"].abs().to_numpy().argmax())]
    yield Finding(
        "factor",
        "factorial",
        cases[0],
        strategies={
            "first": [compared.factors[str(row["what"])][1]],
            "second": [compared.factors[str(row["what"])][0]],
        },
        shares={"share": float(row["share"])},
        amounts={key: float(row[key]) for key in ("median", "low90", "high90")},
    )


def _decides(compared: Compared, tables: Tables, cases: Sequence[Case]) -> Iterator[Finding]:
    """Tell which assumptions decide most between the two strategies that are best most often."""
    rows = rows_of(tables, "deciding", cases[0])
    own = rows[rows["of"] == CONTEST] if len(rows) else rows
    if own.empty:
        return
    last = own.iloc[0]
    clear = own[own["pawn"] > own["noise"]]
    strategies = {"first": [str(last["first"])], "second": [str(last["second"])]}
    if len(clear) < 2:
        yield Finding("decides_none", "deciding", cases[0], strategies=strategies)
        return
    yield Finding(
        "decides",
        "deciding",
        cases[0],
        strategies=strategies,
        parameters={"one": [str(clear.iloc[0]["parameter"])], "other": [str(clear.iloc[1]["parameter"])]},
        numbers={
            "strength": float(clear.iloc[0]["pawn"]),
            "next": float(clear.iloc[1]["pawn"]),
            "noise": float(clear.iloc[0]["noise"]),
        },
    )


def _line(compared: Compared, tables: Tables, cases: Sequence[Case]) -> Iterator[Finding]:
    """Tell where on the map the better of two strategies changes, or that it does so nowhere."""
    points, line = (rows_of(tables, name, cases[0]) for name in ("map", "map_line"))
    if points.empty:
        return
    across = [str(name) for name in points.columns[len(cases[0].columns()) + 2 :]][1]
    strategies = {"first": [str(points.iloc[0]["first"])], "second": [str(points.iloc[0]["second"])]}
    if line.empty:
        better = "first" if points["median"].median() >= 0 else "second"
        yield Finding("line_none", "map", cases[0], strategies={**strategies, "better": strategies[better]})
        return
    most = line["below"].mode()[0]
    same = line[line["below"] == most]
    yield Finding(
        "line",
        "map_line",
        cases[0],
        strategies={"first": [str(most)], "second": [str(same.iloc[0]["above"])]},
        parameters={"one": [across]},
        settings={"low": (across, float(same[across].min())), "high": (across, float(same[across].max()))},
    )


def _fails(compared: Compared, tables: Tables, cases: Sequence[Case]) -> Iterator[Finding]:
    """Tell the box in which a strategy that stands first fails most surely, or that none has been found."""
    rows = rows_of(tables, "boxes", cases[0])
    places = rows_of(tables, "first_places", cases[0])
    if rows.empty or places.empty:
        return
    heads = list(places[places["place"] != ""]["strategy"])
    asked = rows[(rows["kind"] == NOT_BEST) & rows["strategy"].isin(heads)]
    if asked.empty:
        return
    found = asked[asked["parameter"] != ""]
    if found.empty:
        yield Finding("box_none", "boxes", cases[0], strategies={"first": heads})
        return
    row = found.sort_values("density", ascending=False, kind="stable").iloc[0]
    same = (found["strategy"] == row["strategy"]) & (found["rival"] == row["rival"])
    yield box_finding(found[same], cases[0])


def box_finding(rows: pd.DataFrame, case: Case) -> Finding:
    """Give the statement of one box from its rows in the table `boxes`."""
    row = rows.iloc[0]
    strategies = {"first": [str(row["strategy"])]}
    if row["rival"]:
        strategies["second"] = [str(row["rival"])]
    sides: dict[str, tuple[str, float]] = {}
    for place, one in enumerate(rows.to_dict("records")):
        for side in ("low", "high"):
            if one["parameter"] and np.isfinite(one[side]):
                sides[f"{side} {place}"] = (str(one["parameter"]), float(one[side]))
    kind = "box" if sides else "box_none"
    return Finding(
        f"{kind}_target" if not row["rival"] else kind,
        "boxes",
        case,
        strategies=strategies,
        shares={key: float(row[key]) for key in ("density", "base", "coverage")},
        amounts={} if row["rival"] else {"target": float(row["target"])},
        settings=sides,
    )


def _worth(compared: Compared, tables: Tables, cases: Sequence[Case]) -> Iterator[Finding]:
    """Tell what knowing everything would gain, and which single parameter stands above chance."""
    whole, single = rows_of(tables, "worth_all", cases[0]), rows_of(tables, "worth", cases[0])
    if whole.empty:
        return
    amounts = {"value": float(whole.iloc[0]["value"]), "error": float(whole.iloc[0]["standard_error"])}
    above = single[single["above"]] if len(single) else single
    if above.empty:
        yield Finding("worth_none", "worth_all", cases[0], amounts=amounts)
        return
    row = above.iloc[0]
    amounts |= {"single": float(row["value"]), "chance": float(row["chance"])}
    yield Finding("worth", "worth", cases[0], parameters={"one": [str(row["parameter"])]}, amounts=amounts)


def _dominates(compared: Compared, tables: Tables, cases: Sequence[Case]) -> Iterator[Finding]:
    """Tell how many strategies some other one dominates in the headline outcomes."""
    table = tables.get("dominance")
    if table is None:
        return
    case = cases[0]
    at = table[(table["cost"] == case.cost) & (table["scenario"] == case.scenario)]
    at = at[(at["year"] == case.year) & at["dominates"]]
    count = at["second"].nunique()
    yield Finding(
        "dominates",
        "dominance",
        case,
        numbers={"count": count, "strategies": len(compared.strategies), "outcomes": len(compared.headline)},
    )


_OTHERS: tuple[Callable[[Compared, Tables, Sequence[Case]], Iterator[Finding]], ...] = (
    _line,
    _decides,
    _fails,
    _factorial,
    _target,
    _worth,
    _robust,
    _by_scenario,
    _by_cost,
    _dominates,
)
