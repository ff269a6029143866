"""How it was learnt: populations, their way from the prior, and whether they agree."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from twintrack.calibration.agreement import AGREED
from twintrack.formats import share
from twintrack.pages.blocks import Block, Claim, Figure, Fold, Key, Panel, Row, Section, Table
from twintrack.pages.validation.drawing import axis_title, colour_of, layout_of, named_rows, upright_line
from twintrack.pages.validation.statements import recovered, together
from twintrack.pages.validation.view import Computed, ValidationView, number

EVIDENCE = 1.0
"""Standard deviation of the logarithm of the evidence from which on populations are said to differ."""


def blocks(view: ValidationView) -> list[Block]:
    """Give sentences; the way of each population and how far they agree are folded."""
    how, kish, evidence, agreed, found, even, joint = _sentences(view)
    told = together(view, [how, agreed])
    folded = [
        *together(view, [kish, evidence]),
        even,
        joint,
        _populations(view),
        _figure(view),
        _agreement(view),
        _stages(view),
    ]
    return [*told, found, Fold(view.texts("learning_fold"), folded)]


def _sentences(view: ValidationView) -> list[Claim]:
    """How it was learnt."""
    about = view["calibration"]
    stages = about["stages"]
    members = about["settings"]["settings"]["members"]
    distinct = [last["distinct"] for *_, last in stages]
    sd = about["log_evidence_sd"]
    agrees = about["largest_deviation"] <= AGREED
    return [
        view.claim(
            "learning_how",
            "calibration",
            populations=len(stages),
            members=f"{members:,}",
            stages=_range([len(population) for population in stages]),
            runs=f"{about['runs']:,}",
            power=number(about["power"]),
            parameters=about["parameters"],
        ),
        view.claim(
            "learning_kish",
            "calibration",
            worlds=f"{about['worlds']:,}",
            distinct=_range(distinct),
            members=f"{members:,}",
        ),
        view.claim(
            "learning_evidence_agree" if sd < EVIDENCE else "learning_evidence_differ",
            "calibration",
            values=view.texts.join([number(value) for value in about["log_evidence"]]),
            sd=number(sd),
            limit=number(EVIDENCE),
        ),
        view.claim(
            "learning_agreement_within" if agrees else "learning_agreement_beyond",
            "calibration",
            largest=number(about["largest_deviation"]),
            limit=number(AGREED),
            compared=len(about["agreement"]),
        ),
        recovered(view),
        _even(view, "ranks", "recovery_even", "recovery_uneven", "correlation"),
        _even(view, "joint", "recovery_joint", "recovery_joint_not", "directions"),
    ]


def _even(view: ValidationView, kind: str, holds: str, holds_not: str, told: str) -> Claim:
    """Say whether what should be even is; `told` is a further number of the recovery."""
    found = view["recovery"][kind]
    evenness = abs(found["distance"])
    return view.claim(
        holds if evenness <= found["chance"] else holds_not,
        "recovery",
        evenness=number(evenness),
        chance=number(found["chance"]),
        **{told: number(view["recovery"][told])},
    )


def _populations(view: ValidationView) -> Table:
    """What each population came to."""
    about = view["calibration"]
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
    head = view.head("population", "powers", "effective", "distinct", "accepted", "directions", "evidence")
    return view.table("populations_table", head, rows, "calibration")


def _figure(view: ValidationView) -> Figure:
    """How the populations went from the prior to the posterior: power, effective size, acceptance."""
    members = view["calibration"]["settings"]["settings"]["members"]
    measures: dict[str, Callable[[Computed], float]] = {
        "power": lambda stage: float(stage["power"]),
        "effective": lambda stage: float(stage["effective"]) / members,
        "accepted": lambda stage: float(stage["accepted"][-1]),
    }
    panels = [_steps(view, name, measure) for name, measure in measures.items()]
    count = len(view["calibration"]["stages"])
    keys = [
        Key(view.texts("population_number", number=place + 1), colour_of(place), "line")
        for place in range(count)
    ]
    return view.figure("learning_figure", panels, "calibration", keys)


def _steps(view: ValidationView, name: str, measure: Callable[[Computed], float]) -> Panel:
    stages = view["calibration"]["stages"]
    traces = [
        {
            "type": "scatter",
            "mode": "lines+markers",
            "x": list(range(1, len(population) + 1)),
            "y": [measure(stage) for stage in population],
            "marker": {"size": 5, "symbol": place},
            "line": {"color": colour_of(place), "width": 1.6},
            "name": view.texts("population_number", number=place + 1),
            "showlegend": False,
        }
        for place, population in enumerate(stages)
    ]
    log = {"type": "log", "dtick": 1} if name == "power" else {"tickformat": ".0%", "rangemode": "tozero"}
    title = view.texts(f"panel_{name}")
    layout = layout_of({"title": axis_title(view.texts("col_step")), "dtick": 2}, {**log})
    last = view.texts.join([number(measure(population[-1])) for population in stages])
    return view.plot(f"learning-{name}", traces, layout, title, f"{title}: {last}")


def _agreement(view: ValidationView) -> Figure:
    """How far the median of each population is from that of all, for every outcome and year."""
    items = view["calibration"]["agreement"]
    labels = [f"{view.outcome(item['outcome'])}, {item['year']:g}" for item in items]
    places = list(range(len(items)))
    count = len(items[0]["deviations"])
    traces = [
        {
            "type": "scatter",
            "mode": "markers",
            "x": [item["deviations"][one] for item in items],
            "y": places,
            "marker": {"size": 7, "color": colour_of(one), "symbol": one},
            "text": labels,
            "hovertemplate": "%{text}: %{x:.3f}<extra></extra>",
            "showlegend": False,
        }
        for one in range(count)
    ]
    largest = max(abs(value) for item in items for value in item["deviations"])
    reach = 1.15 * max(AGREED, largest)
    across = {"range": [-reach, reach], "title": axis_title(view.texts("agreement_axis"))}
    layout = layout_of(across, named_rows(labels))
    layout["shapes"] = [upright_line(value, dash="dash") for value in (-AGREED, AGREED)]
    limit = number(AGREED)
    title = view.texts("agreement_figure", limit=limit)
    alt = f"{title}. {view.texts('agreement_alt', largest=number(largest))}"
    panel = view.plot("agreement", traces, layout, "", alt, style="rows")
    keys = [
        Key(view.texts("population_number", number=place + 1), colour_of(place), "dot")
        for place in range(count)
    ]
    return view.figure("agreement_figure", [panel], "calibration", keys, limit=limit)


def _stages(view: ValidationView) -> Table:
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
        for place, stages in enumerate(view["calibration"]["stages"])
        for step, stage in enumerate(stages)
    ]
    head = view.head("step", "power", "effective", "distinct", "accepted", "step_size", "directions")
    return view.table("stages_table", head, rows, "calibration", folded=True)


def _range(values: Sequence[int]) -> str:
    low, high = min(values), max(values)
    return f"{low:,}" if low == high else f"{low:,} – {high:,}"


SECTION = Section("learning", 82, blocks)
