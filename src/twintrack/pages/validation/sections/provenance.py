"""What the validation was made from, with what, and how to make it again."""

from __future__ import annotations

from twintrack.formats import today
from twintrack.pages.blocks import Block, Fact, Facts, Section
from twintrack.pages.builder import versions
from twintrack.pages.validation.sections.projection import CSV
from twintrack.pages.validation.view import JSON, ValidationView

LIBRARIES = ("llvmlite", "numpy", "pysd", "scipy", "pyarrow", "plotly")


def blocks(view: ValidationView) -> list[Block]:
    """Give a list of facts."""
    texts, about = view.texts, view["calibration"]
    settings = about["settings"]
    learnt = ", ".join(f"{name} {value}" for name, value in settings["versions"].items() if " " not in name)
    values = {
        "model": texts("provenance_model_value", hash=about["model_hash"]),
        "ranges": f"model/world.yaml, sha256 {about['prior_hash']}",
        "history": f"model/history, sha256 {about['history_hash']}",
        "calibration": texts(
            "provenance_calibration_value",
            seed=about["seed"],
            populations=settings["populations"],
            members=f"{settings['settings']['members']:,}",
            versions=learnt,
        ),
        "seed": str(view.seed),
        "versions": versions(LIBRARIES),
        "date": today(),
    }
    seed = "" if view.seed == 1 else f" --seed {view.seed}"
    commands = [f"twintrack calibrate --seed {about['seed']}", f"twintrack validate{seed}"]
    return [
        Facts(
            [
                *(Fact(texts(f"provenance_{key}"), [value]) for key, value in values.items()),
                Fact(texts("provenance_command"), commands, "code"),
                Fact(texts("provenance_data"), [JSON, CSV], "link"),
            ]
        )
    ]


SECTION = Section("provenance", 120, blocks)
