"""What can be identified: parameters that history says something about, and those it does not."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from twintrack.calibration.identify import LEARNT, MOVED
from twintrack.charts import COLOURS
from twintrack.formats import share
from twintrack.pages.blocks import Block, Cell, Claim, Fact, Facts, Figure, Fold, Panel, Row, Section, Table
from twintrack.pages.numbers import table_scale
from twintrack.pages.validation.drawing import MOST_BARS, axis_title, layout_of, named_rows
from twintrack.pages.validation.statements import shifted, together
from twintrack.pages.validation.view import ValidationView, number

CSV = "parameters.csv"
COLUMNS = ("name", "contraction", "moved", "low", "median", "high", "as_before")
MOST_LEARNT = 20
"""Parameters of the table on what was learnt."""


def blocks(view: ValidationView) -> list[Block]:
    """Give sentences, what was learnt most, and all in a file; from what it was learnt is folded."""
    tables = [_learnt(view), _directions(view), _teachers(view)]
    data = Facts([Fact(view.texts("provenance_data"), [CSV], "link")])
    return [
        *together(view, _sentences(view)),
        _figure(view),
        data,
        Fold(view.texts("identified_fold"), tables),
    ]


def _sentences(view: ValidationView) -> list[Claim]:
    """What history says about parameters."""
    found = view["identification"]
    parameters = len(found["parameters"])
    return [
        view.claim(
            "identified_informed",
            "identification",
            informed=found["informed"],
            observations=found["observations"],
            parameters=parameters,
        ),
        view.claim(
            "identified_before",
            "identification",
            before=view.count(len(found["as_before"]), parameters),
            parameters=parameters,
            learnt=share(LEARNT),
            moved=number(MOVED),
        ),
    ]


def _figure(view: ValidationView) -> Figure:
    """The parameters that history says most about: how much narrower, and how far moved."""
    items = [item for item in view["identification"]["parameters"] if not item["as_before"]]
    items = items[:MOST_BARS]
    labels = [view.parameter(item["name"]) for item in items]
    narrower = [item["contraction"] for item in items]
    moved = [item["moved"] for item in items]
    panels = [
        _lengths(view, "contraction", labels, narrower, [share(value) for value in narrower], (0.0, 1.15)),
        _lengths(view, "moved", labels, moved, [shifted(value) for value in moved], (-1.6, 1.6)),
    ]
    return view.figure("learnt_figure", panels, "identification")


def _lengths(
    view: ValidationView,
    name: str,
    labels: Sequence[str],
    values: Sequence[float],
    words: Sequence[str],
    least: tuple[float, float],
) -> Panel:
    largest = 1.3 * max(map(abs, values), default=0.0)
    across = {
        "range": [min(least[0], -largest) if least[0] < 0 else 0.0, max(least[1], largest)],
        "title": axis_title(view.texts(f"{name}_axis")),
    }
    trace = {
        "type": "bar",
        "orientation": "h",
        "x": list(values),
        "y": list(range(len(values))),
        "marker": {"color": [COLOURS[0] if value >= 0 else COLOURS[1] for value in values]},
        "text": list(words),
        "textposition": "outside",
        "cliponaxis": False,
        "hoverinfo": "skip",
        "showlegend": False,
    }
    if name == "contraction":
        across["tickformat"] = ".0%"
    layout = {**layout_of(across, named_rows(labels)), "bargap": 0.35}
    title = view.texts(f"panel_{name}")
    alt = f"{title}: " + "; ".join(f"{label} {word}" for label, word in zip(labels, words, strict=True))
    return view.plot(f"learnt-{name}", [trace], layout, title, alt, style="bars")


def _learnt(view: ValidationView) -> Table:
    """The parameters that history says most about."""
    parameters = view["identification"]["parameters"]
    shown = [item for item in parameters if not item["as_before"]][:MOST_LEARNT]
    rows: list[Row] = []
    for item in shown:
        parameter = view.model.world[item["name"]]
        low, high = parameter.range
        scale = table_scale(parameter.unit, view.texts)
        rows.append(
            [
                Cell(view.parameter(item["name"]), item["name"]),
                share(item["contraction"]),
                shifted(item["moved"]),
                number(scale.factor * item["median"]),
                f"{number(scale.factor * item['low'])} – {number(scale.factor * item['high'])}",
                f"{number(scale.factor * low)} – {number(scale.factor * high)}",
                scale.unit,
            ]
        )
    head = view.head("parameter", "contraction", "moved", "median", "interval", "range", "unit")
    return view.table("learnt_table", head, rows, "identification")


def _directions(view: ValidationView) -> Table:
    """The combinations of parameters that observations speak of."""
    rows: list[Row] = []
    for place, item in enumerate(view["identification"]["directions"]):
        parts = [f"{view.parameter(name)} ({shifted(weight)})" for name, weight in item["parts"]]
        rows.append([str(place + 1), number(item["information"]), "; ".join(parts)])
    head = view.head("direction", "information", "parts")
    return view.table("directions_table", head, rows, "identification", style="prose")


def _teachers(view: ValidationView) -> Table:
    """What the parameters that were learnt most were learnt from."""
    rows: list[Row] = [
        [
            Cell(view.parameter(item["parameter"]), item["parameter"]),
            number(item["spread"]),
            "; ".join(f"{view.series(name)} ({number(spread)})" for name, spread in item["without"]),
        ]
        for item in view["series"]["teachers"]
    ]
    head = view.head("parameter", "spread", "without")
    return view.table("teachers_table", head, rows, "series", style="prose")


def parameters_csv(view: ValidationView) -> str:
    """Give all parameters as CSV: how much narrower, how far moved, what they are now, whether as before."""
    file = io.StringIO()
    write = csv.writer(file, lineterminator="\n")
    write.writerow([*COLUMNS, "unit", "confidence"])
    for item in view["identification"]["parameters"]:
        parameter = view.model.world[item["name"]]
        told = [item[key] if isinstance(item[key], str | bool) else f"{item[key]:.5g}" for key in COLUMNS]
        write.writerow([*told, parameter.unit, parameter.confidence])
    return file.getvalue()


SECTION = Section("identified", 60, blocks, files={CSV: parameters_csv})
