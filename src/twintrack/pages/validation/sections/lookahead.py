"""Forecasts from past origins: does what was learnt beat the prior, and where does it not?"""

from __future__ import annotations

import csv
import io

from twintrack.formats import MISSING, share
from twintrack.pages.blocks import Block, Cell, Claim, Fact, Facts, Fold, Items, Row, Section, Table
from twintrack.pages.validation.statements import error, looked_back, together
from twintrack.pages.validation.view import Computed, ValidationView, number

CSV = "lookahead.csv"
NAIVE = ("last", "growth", "trend")
_WEIGHED = ("learnt", "learnt_full")
_COMPARED = (*_WEIGHED, "prior", *NAIVE)
"""What the table of origins tells; the file has all."""
_ENDS = ("p05", "p25", "p50", "p75", "p95")


def blocks(view: ValidationView) -> list[Block]:
    """Give sentences and the file; the scores in all, by series and by origin are folded."""
    return [
        *together(view, [looked_back(view), _naive(view), _coverage(view)]),
        view.note("lookahead_caveat"),
        Facts([Fact(view.texts("provenance_data"), [CSV], "link")]),
        Fold(view.texts("lookahead_fold"), _folded(view)),
    ]


def _folded(view: ValidationView) -> list[Block]:
    """Give how it was done, where learning does not help, and all scores."""
    return [
        *together(view, [_how(view), _passed(view), _walk(view), _conflict(view)]),
        *_worse(view),
        _table(view),
        _tests(view),
        _series(view),
        _origins(view),
        _unseen(view),
    ]


def _how(view: ValidationView) -> Claim:
    found = view["lookahead"]
    settings, origins = found["settings"], found["origins"]
    return view.claim(
        "lookahead_how",
        "lookahead",
        first=_end(origins[0]),
        last=_end(origins[-1]),
        years=settings["years"],
        points=found["points"],
        series=len(found["series"]),
        runs=f"{settings['runs']:,}",
        power=number(settings["power"]),
    )


def _naive(view: ValidationView) -> Claim:
    """Say how often naive rules are beaten."""
    tests = {test["rival"]: test for test in view["lookahead"]["tests"]}
    values = {
        name: view.texts("lookahead_won", won=tests[name]["series_won"], whole=tests[name]["series"])
        for name in NAIVE
    }
    return view.claim("lookahead_naive", "lookahead", **values)


def _worse(view: ValidationView) -> list[Block]:
    """Name the series that learning makes no better, each with what can be seen of the reason."""
    series = view["lookahead"]["series"]
    rows = [item for item in series if item["verdict"] != "better"]
    if not rows:
        return [view.claim("lookahead_worse_none", "lookahead")]
    told = [
        view.texts(
            f"lookahead_told_{item['verdict']}",
            name=view.texts("quoted", text=view.series(item["name"])),
            learnt=error(item["crps"]["learnt"]),
            prior=error(item["crps"]["prior"]),
            reasons=view.texts("lookahead_and").join(_reason(view, item, key) for key in item["reasons"]),
        )
        for item in rows
    ]
    return [
        view.claim("lookahead_worse_those", "lookahead", count=len(rows), whole=len(series)),
        Items(told),
    ]


def _reason(view: ValidationView, item: Computed, key: str) -> str:
    """Put one reason into words."""
    if key == "jump":
        jump = item["jump"]
        when = view.when(item["name"], jump["year"])
        if jump["factor"]:
            return view.texts("lookahead_reason_jump", factor=number(jump["factor"]), when=when)
        return view.texts("lookahead_reason_step", step=error(jump["step"]), when=when)
    if key == "one_side":
        side = "above" if item["miss"] > 0 else "below"
        return view.texts(f"lookahead_reason_{side}", miss=error(abs(item["miss"])))
    return view.texts(f"lookahead_reason_{key}")


def _coverage(view: ValidationView) -> Claim:
    row = _row(view, "learnt")
    return view.claim(
        "lookahead_coverage",
        "lookahead",
        half=share(row["inside_50"]),
        most=share(row["inside_90"]),
        widths=view.texts.join([error(width) for width in row["widths"]]),
    )


def _passed(view: ValidationView) -> Claim:
    most, before = _row(view, "learnt")["passed"], _row(view, "separate")["passed"]
    key = "lookahead_passed" if most else "lookahead_passed_none"
    return view.claim(key, "lookahead", most=share(most), before=share(before))


def _walk(view: ValidationView) -> Claim:
    """Say how far the discrepancy was found to walk by the last origin."""
    found = view["lookahead"]
    last = found["origins"][-1]
    parts = [
        view.texts("lookahead_walk_part", walk=number(walk), share=share(chance))
        for walk, chance in zip(found["settings"]["walks"], last["walks"], strict=True)
    ]
    return view.claim("lookahead_walk", "lookahead", parts=view.texts.join(parts), when=_end(last))


def _conflict(view: ValidationView) -> Claim:
    """Say at which origins too few worlds agree with what was observed."""
    found = view["lookahead"]
    limit = number(found["settings"]["conflict"])
    rows = [row for row in found["origins"] if row["conflict"]]
    if rows:
        names = view.texts.join([_end(row) for row in rows])
        return view.claim("lookahead_conflict", "lookahead", names=names, limit=limit)
    least = min(row["effective"]["learnt"] for row in found["origins"])
    full = min(row["effective"]["learnt_full"] for row in found["origins"])
    return view.claim(
        "lookahead_agreed", "lookahead", least=f"{least:,.0f}", full=f"{full:,.0f}", limit=limit
    )


def _table(view: ValidationView) -> Table:
    """The scores of all members."""
    rows = [_scores(view, row) for row in view["lookahead"]["table"]]
    years = view["lookahead"]["settings"]["years"]
    head: list[str | Cell] = [*view.head("forecast", "crps_all")]
    head += [view.texts("col_after_years", years=year) for year in range(1, years + 1)]
    head += view.head("wis", "error_median", "inside_50", "inside_90")
    head += [view.texts("col_wider", years=year) for year in range(2, years + 1)]
    head += view.head("passed")
    return view.table("lookahead_table", head, rows, "lookahead", style="dense", note="lookahead_note")


def _scores(view: ValidationView, row: Computed) -> Row:
    return [
        view.texts(f"forecast_{row['member']}"),
        error(row["crps"]),
        *(error(value) for value in row["by_horizon"]),
        error(row["wis"]),
        error(row["error"]),
        _share(row["inside_50"]),
        _share(row["inside_90"]),
        *(error(value) for value in row["widths"]),
        _share(row["passed"]),
    ]


def _tests(view: ValidationView) -> Table:
    """The sign tests of what was learnt against each rival."""
    rows: list[Row] = []
    for test in view["lookahead"]["tests"]:
        good = {"beats": "good", "loses": "poor"}.get(test["verdict"], "")
        rows.append(
            [
                view.texts(f"forecast_{test['rival']}"),
                Cell(view.texts("lookahead_won", won=test["points_won"], whole=test["points"])),
                number(test["points_p"]),
                Cell(view.texts("lookahead_won", won=test["series_won"], whole=test["series"]), tone=good),
                number(test["series_p"]),
            ]
        )
    head = view.head("against", "points_won", "p", "series_won", "p")
    return view.table("lookahead_tests", head, rows, "lookahead", note="lookahead_tests_note")


def _series(view: ValidationView) -> Table:
    """The scores of each series."""
    members = view["lookahead"]["members"]
    rows: list[Row] = []
    tones = {"better": "good", "worse": "poor"}
    for item in view["lookahead"]["series"]:
        scores = [error(item["crps"][member]) for member in members]
        first = Cell(scores[0], tone=tones.get(item["verdict"], ""))
        inside = f"{item['inside_90']}/{item['points']}"
        widths = [error(width) for width in item["widths"]]
        rows.append(
            [view.series_cell(item["name"]), str(item["points"]), first, *scores[1:], inside, *widths]
        )
    years = view["lookahead"]["settings"]["years"]
    head: list[str | Cell] = [*view.head("series", "held_points")]
    head += [view.texts(f"forecast_{member}") for member in members]
    head += view.head("inside_90")
    head += [view.texts("col_wider", years=year) for year in range(2, years + 1)]
    return view.table("lookahead_series", head, rows, "lookahead", style="dense", folded=True)


def _origins(view: ValidationView) -> Table:
    """What was learnt at each origin."""
    found = view["lookahead"]
    walks = found["settings"]["walks"]
    rows: list[Row] = []
    for row in found["origins"]:
        effective = row["effective"]
        few = "poor" if row["conflict"] else ""
        rows.append(
            [
                _end(row),
                str(row["points"]),
                Cell(f"{effective['learnt']:,.0f}", tone=few),
                f"{effective['learnt_full']:,.0f}",
                *(share(chance) for chance in row["walks"]),
                share(row["none"]),
                *(error(row["crps"][member]) for member in _COMPARED),
            ]
        )
    head: list[str | Cell] = [*view.head("origin", "held_points")]
    head += [view.texts("col_worlds_of", name=view.texts(f"forecast_{name}")) for name in _WEIGHED]
    head += [view.texts("col_walk", walk=number(walk)) for walk in walks]
    head += view.head("no_record")
    head += [view.texts("col_crps_of", name=view.texts(f"forecast_{member}")) for member in _COMPARED]
    return view.table("lookahead_origins", head, rows, "lookahead", style="dense", folded=True)


def _unseen(view: ValidationView) -> Table:
    """The scores of series of which no point was known."""
    rows = [
        [
            view.texts(f"forecast_{row['member']}"),
            error(row["crps"]),
            *(error(value) for value in row["by_horizon"]),
            error(row["wis"]),
            _share(row["inside_50"]),
            _share(row["inside_90"]),
        ]
        for row in view["lookahead"]["unseen"]
    ]
    years = view["lookahead"]["settings"]["years"]
    head: list[str | Cell] = [*view.head("forecast", "crps_all")]
    head += [view.texts("col_after_years", years=year) for year in range(1, years + 1)]
    head += view.head("wis", "inside_50", "inside_90")
    points = {"points": view["lookahead"]["points_unseen"]}
    return view.table("lookahead_unseen", head, rows, "lookahead", folded=True, values=points)


def _row(view: ValidationView, member: str) -> Computed:
    found: Computed = next(row for row in view["lookahead"]["table"] if row["member"] == member)
    return found


def _end(row: Computed) -> str:
    """Write the year at whose end an origin lies."""
    return f"{row['origin'] - 1:g}"


def _share(value: float | None) -> str:
    return MISSING if value is None else share(value)


def lookahead_csv(section: Computed) -> str:
    """Give all predictions as CSV: a row for each point, origin and member, in the unit of the series."""
    file = io.StringIO()
    write = csv.writer(file, lineterminator="\n")
    write.writerow(["series", "origin", "horizon", "year", "known", "observed", "forecast", *_ENDS, "crps"])
    for item in section["predictions"]:
        for member, ends in item["quantiles"].items():
            told = [item[key] for key in ("series", "origin", "horizon", "year", "known")]
            values = [f"{value:.6g}" for value in (item["observed"], *ends)]
            write.writerow([*told, values[0], member, *values[1:], f"{item['crps'][member]:.6g}"])
    return file.getvalue()


SECTION = Section("lookahead", 30, blocks, files={CSV: lambda view: lookahead_csv(view["lookahead"])})
