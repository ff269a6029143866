"""Every kind of input that is tried, by name."""

from __future__ import annotations

from typing import Any

from fuzz_calls import call_cases
from fuzz_models import model_cases
from fuzz_place import Case
from fuzz_tables import history_cases, observed_cases, posterior_cases, store_cases, table_cases
from fuzz_words import process_cases, word_cases
from fuzz_yaml import Kind, Raw, yaml_cases
from hypothesis import strategies as st

MINE = "work/mine.yaml"
TITLE = {"en": "Mine", "zh": "我的"}
CHECK_ALL = (("check",), ("run", "fast", "--years", "2030"))


def _dated(*values: float) -> dict[str, float]:
    return {str(2026 + 4 * place): value for place, value in enumerate(values)}


_SWITCH = {
    "to": "open",
    "when": {"outcome": "frontier_gap_months", "below": 6, "for_years": 1},
    "ramp_years": 2,
}
_OUT_OF_RANGE: tuple[Any, ...] = (
    -0.01,
    1.01,
    1e300,
    _dated(0.5, 7),
    {"2025": 0.5},
    {"1900": 0.5},
    {"2026-13-01": 1},
)

STRATEGY = Kind(
    MINE,
    (
        {"title": "Mine", "levers": {"catchup_share": _dated(0.5, 0.8), "fiscal_ai_rd": 90}},
        {
            "title": TITLE,
            "extends": "fast",
            "levers": {"catchup_share": 0.7},
            "switch": _SWITCH,
            "budget": "equal",
        },
        {
            "title": TITLE,
            "description": TITLE,
            "mix": {"fast": 0.6, "open": 0.4},
            "budget": "own",
            "notes": "x",
        },
        {
            "extends": ["fast"],
            "switch": {"to": "0.5 fast + 0.5 open", "when": {"date": 2030}},
            "references": ["lee2024"],
        },
    ),
    (("check", "mine.yaml"), ("run", "mine.yaml", "--years", "2030")),
    (
        *((("levers", "catchup_share"), value) for value in _OUT_OF_RANGE),
        (("levers", "fiscal_ai_rd"), -1),
        (("levers", "fiscal_ai_rd"), {"2026-02-30": 60}),
        (("levers", "pace"), 3),
        (("extends",), "nobody"),
        (("extends",), "mine.yaml"),
        (("extends",), ["fast", "fast"]),
        (("mix",), {"fast": 0.6, "open": 0.6}),
        (("mix",), {"fast": 1.5, "open": -0.5}),
        (("mix",), {"fast": 0.5, "nobody": 0.5}),
        (("mix",), {}),
        (("budget",), "Equal"),
        (("switch", "to"), "turning"),
        (("switch", "to"), "mine.yaml"),
        (("switch", "when"), {"date": 2030, "outcome": "scale_pace", "below": 1}),
        (("switch", "when"), {"outcome": "public_cost_pv", "below": 1}),
        (("switch", "when"), {"date": 2020}),
        (("switch", "when"), {}),
        (("switch", "ramp_years"), -1),
        (("references",), "lee2024"),
    ),
    strict=True,
)
SCENARIO = Kind(
    "content/model/scenarios/mine.yaml",
    (
        {"title": "Mine", "world": {"pace": _dated(3, 4), "strength": 9}, "public_money": 1.2},
        {"title": TITLE, "description": "x", "world": {}, "constants": {"future_start": 2027}},
    ),
    (("check",), ("run", "fast", "--scenario", "mine", "--years", "2030")),
    (
        (("world", "catchup_share"), 0.5),
        (("world", "pace"), {"2026-13-01": 3}),
        (("world", "pace"), {}),
        (("constants", "nobody"), 1),
        (("public_money",), -1),
        (("grounds",), {"nobody": {"source": "assumption", "reason": "x"}}),
        (("ranges",), {"pace": [3, 2]}),
        (("shared",), ["nobody"]),
    ),
)
REPORT = Kind(
    MINE,
    (
        {
            "title": "Mine",
            "strategies": ["baseline", "fast"],
            "scenarios": ["central"],
            "ensemble": {"worlds": 10, "seed": 1, "prior": True},
            "outcomes": ["frontier_gap_months", "public_cost_pv"],
            "years": [2030, 2040],
            "languages": ["en", "zh"],
        },
    ),
    (("check", "mine.yaml"),),
    (
        (("strategies",), []),
        (("strategies",), ["nobody"]),
        (("strategies",), ["fast", "fast"]),
        (("scenarios",), ["nobody"]),
        (("ensemble", "worlds"), 0),
        (("ensemble", "worlds"), 2.5),
        (("ensemble", "seed"), -1),
        (("outcomes",), ["nobody"]),
        (("outcomes",), ["frontier_gap_months", "frontier_gap_months"]),
        (("years",), [1999]),
        (("years",), [2030, 2030]),
        (("years",), [2500]),
        (("years",), [{"3000": 1}]),
        (("years",), [Raw("{found:>300000000}")]),
        (("languages",), ["fr"]),
        (("languages",), ["en", "en"]),
    ),
)
LEVERS = Kind(
    "content/model/levers.yaml",
    (
        {
            "policy_start": 2026,
            "ramp_years": 2,
            "levers": {
                "fiscal_ai_rd": {
                    **{
                        "title": TITLE,
                        "unit": "bn CNY/Year",
                        "range": [0, 600],
                        "baseline": 60,
                        "kind": "money",
                    },
                    "source": "assumption",
                },
                "catchup_share": {
                    **{"title": TITLE, "unit": "1", "range": [0, 1], "baseline": 0.5, "kind": "share"},
                    **{"source": "lee2024", "adjustment_years": 1.5},
                },
            },
        },
    ),
    CHECK_ALL,
    (
        (("levers", "catchup_share", "range"), [1, 0]),
        (("levers", "catchup_share", "range"), [0, 1, 2]),
        (("levers", "catchup_share", "baseline"), 3),
        (("levers", "catchup_share", "baseline"), 0.6),
        (("levers", "catchup_share", "kind"), "sum"),
        (("levers", "catchup_share", "unit"), "bn CNY"),
        (("levers", "catchup_share", "source"), "nobody2030"),
        (("levers", "fiscal_ai_rd", "unit"), "{CNY}"),
        (("policy_start",), "{a}"),
        (("policy_start",), Raw("2026-02-30")),
        (("ramp_years",), -1),
        (
            ("levers", "nobody"),
            {
                "title": "x",
                "unit": "1",
                "range": [0, 1],
                "baseline": 0,
                "kind": "share",
                "source": "assumption",
            },
        ),
        (("groups",), {"zz": {"title": "x", "levers": ["nobody"]}}),
    ),
    frozenset({"running_cost"}),
)
WORLD = Kind(
    "content/model/world.yaml",
    (
        {
            "parameters": {
                "pace": {
                    **{
                        "title": TITLE,
                        "unit": "months/Year",
                        "range": [2, 9],
                        "value": 3,
                        "distribution": "uniform",
                    },
                    **{"source": "assumption", "confidence": "assumption", "reason": "wide"},
                },
                "strength": {
                    **{"title": TITLE, "unit": "months/Year", "range": [8, 12], "value": 10, "spread": 0.1},
                    **{"source": "lee2024", "confidence": "low", "distribution": "lognormal"},
                },
            }
        },
    ),
    CHECK_ALL,
    (
        (("parameters", "pace", "range"), [9, 2]),
        (("parameters", "pace", "value"), 20),
        (("parameters", "pace", "value"), 3.1),
        (("parameters", "pace", "distribution"), "normal"),
        (("parameters", "pace", "spread"), 0.1),
        (("parameters", "pace", "confidence"), "sure"),
        (("parameters", "strength", "spread"), 0),
        (("parameters", "strength", "spread"), -1),
        (("parameters", "strength", "range"), [-1, 12]),
        (("parameters", "strength", "unit"), "months"),
        (("parameters", "strength", "source"), "nobody2030"),
    ),
)
OUTCOMES = Kind(
    "content/model/outcomes.yaml",
    (
        {
            "outcomes": {
                "frontier_gap_months": {"title": TITLE, "unit": "months", "better": "lower", "format": ".1f"},
                "public_cost_pv": {"title": TITLE, "unit": "bn CNY", "better": "lower"},
            },
            "statistics": {
                "far_behind": {
                    **{
                        "title": TITLE,
                        "unit": "1",
                        "better": "lower",
                        "of": "frontier_gap_months",
                        "above": 12,
                    },
                },
            },
            "headline": ["frontier_gap_months", "public_cost_pv"],
        },
    ),
    CHECK_ALL,
    (
        (("outcomes", "public_cost_pv", "format"), ">999999999.3f"),
        (("outcomes", "public_cost_pv", "format"), "{"),
        (("outcomes", "public_cost_pv", "format"), "s"),
        (("outcomes", "public_cost_pv", "unit"), "months"),
        (("outcomes", "public_cost_pv", "better"), "more"),
        (("outcomes", "nobody"), {"title": "x", "unit": "1", "better": "lower"}),
        (("statistics", "far_behind", "of"), "nobody"),
        (("statistics", "far_behind", "quantile"), 0.5),
        (("statistics", "far_behind", "quantile"), 1.5),
        (("headline",), ["nobody"]),
        (("headline",), ["public_cost_pv", "public_cost_pv"]),
    ),
)
SERIES = Kind(
    "content/model/history/series.yaml",
    (
        {
            "series": {
                "gap": {
                    **{
                        "title": TITLE,
                        "variable": "frontier_gap_months",
                        "reading": "mean",
                        "scale": "linear",
                    },
                    **{"unit": "months", "error": 1, "discrepancy": 2, "definition": TITLE, "window": 0.5},
                }
            }
        },
    ),
    (("check",),),
    (
        (("series", "gap", "variable"), "nobody"),
        (("series", "gap", "reading"), "sum"),
        (("series", "gap", "scale"), "square"),
        (("series", "gap", "error"), 0),
        (("series", "gap", "error"), -1),
        (("series", "gap", "error"), 5),
        (("series", "gap", "since"), 2020),
        (("series", "gap", "factor"), 0),
        (("series", "gap", "bound"), "lower"),
        (("series", "nobody"), {"title": TITLE}),
    ),
)
SOURCES = Kind(
    "content/model/sources.yaml",
    (
        {
            "sources": {
                "lee2024": {"title": "Gaps", "authors": "Lee", "year": 2024, "link": "https://example.org"}
            }
        },
    ),
    CHECK_ALL,
    ((("sources", "lee2024", "year"), 2024.5), (("sources", "lee2024", "title"), "")),
)

YAML_KINDS = {
    "strategies": STRATEGY,
    "scenarios": SCENARIO,
    "reports": REPORT,
    "levers": LEVERS,
    "world": WORLD,
    "outcomes": OUTCOMES,
    "series": SERIES,
    "sources": SOURCES,
}

KINDS: dict[str, st.SearchStrategy[Case]] = {
    **{name: yaml_cases(kind) for name, kind in YAML_KINDS.items()},
    "history": history_cases(),
    "models": model_cases(),
    "observations": observed_cases(),
    "stores": store_cases(),
    "posteriors": posterior_cases(),
    "tables of worlds": table_cases(),
    "command line": word_cases(),
    "Python": call_cases(),
    "processes": process_cases(),
}
FEWER = {"processes": 50}
"""Of kinds that take long, one input in so many."""
