"""How well it fits: each series before and after learning."""

from __future__ import annotations

from twintrack.formats import MISSING, share
from twintrack.pages.blocks import Block, Cell, Claim, Fold, Row, Section, Table
from twintrack.pages.validation.statements import covered, error, inside, listed, together, tone
from twintrack.pages.validation.view import Computed, ValidationView, number

PERSISTENT = 0.3
"""Autocorrelation of residuals from which on they are said to persist."""
THEIL = ("bias", "variation", "covariation")
"""The parts of an error, after Theil."""


def blocks(view: ValidationView) -> list[Block]:
    """Give a paragraph; what is wrong with residuals, and a row for each series, is folded."""
    told, bounds = _sentences(view), _bounds(view)
    first = together(view, [told[0], *told[2:4]])
    rest = together(view, [told[1], *told[4:], *bounds])
    return [*first, Fold(view.texts("fit_fold"), [*rest, _table(view)])]


def _sentences(view: ValidationView) -> list[Claim]:
    """How well it fits."""
    fit = view["fit"]
    counted = [item for item in fit["series"] if not item["bound"]]
    worse = [item["name"] for item in counted if item["error"] >= item["error_prior"]]
    parts = [(item, max(THEIL, key=item["theil"].__getitem__)) for item in counted if item["theil"]]
    biased = [item["name"] for item, largest in parts if largest == "bias"]
    correlated = [item for item in counted if item["autocorrelation"] is not None]
    persistent = [item["name"] for item in correlated if item["autocorrelation"] > PERSISTENT]
    missed = [item["name"] for item in counted if item["inside_expected"] < 0.9 * len(item["points"])]
    return [
        covered(view, "fit_coverage", "fit"),
        view.claim(
            "fit_published",
            "fit",
            published=view.count(fit["published"]["inside"], fit["published"]["points"]),
        ),
        listed(view, "fit_missed", missed, len(counted), "fit"),
        listed(view, "fit_worse", worse, len(counted), "fit"),
        listed(view, "fit_biased", biased, len(parts), "fit"),
        listed(view, "fit_persistent", persistent, len(correlated), "fit", limit=number(PERSISTENT)),
    ]


def _bounds(view: ValidationView) -> list[Claim]:
    """Say how often upper bounds lie above what the model says."""
    return [
        view.claim("fit_bound", "fit", name=view.series(item["name"]), below=share(item["below"]))
        for item in view["fit"]["series"]
        if item["bound"]
    ]


def _table(view: ValidationView) -> Table:
    """How each series is met."""
    rows: list[Row] = []
    for item in view["fit"]["series"]:
        count, theil = len(item["points"]), item["theil"] or {}
        counts = [item[f"inside_{key}"] for key in ("said", "expected", "published")]
        rows.append(
            [
                view.series_cell(item["name"], bound=item["bound"]),
                str(count),
                *(MISSING if item["bound"] else inside(found, count) for found in counts),
                error(item["error_prior"]),
                Cell(error(item["error"]), tone=tone(item["error"] < item["error_prior"])),
                error(item["bias"]),
                *(share(theil[key]) if theil else MISSING for key in THEIL),
                error(item["autocorrelation"]),
                *_miss(item),
            ]
        )
    keys = ["series", "points", "inside_said", "inside_expected", "inside_published", "error_prior"]
    keys += ["error", "bias", *(f"theil_{part}" for part in THEIL), "autocorrelation"]
    keys += ["miss_size", "miss_persistence", "miss_walk"]
    head = view.head(*keys)
    return view.table("fit_table", head, rows, "fit", style="dense", note="fit_table_note")


def _miss(item: Computed) -> list[str]:
    """Tell the model's own error, which a bound does not have."""
    miss = item["miss"]
    if not miss:
        return [MISSING] * 3
    return [error(miss["size"]), error(miss["persistence"]), error(miss["walk"])]


SECTION = Section("fit", 40, blocks)
