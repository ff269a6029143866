"""What an analysis finds, in sentences: findings.md in both languages, and a sentence for every box."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress

import pandas as pd

from twintrack.core import Core
from twintrack.decisions.analysis import Analysis
from twintrack.decisions.compared import AS_STORED, Case
from twintrack.decisions.findings import Finding, box_finding, findings
from twintrack.errors import TwinTrackError
from twintrack.formats import date, difference, number, parameter_value, share
from twintrack.pages.numbers import table_factor, table_unit
from twintrack.pages.texts import LANGUAGES, Texts

FILE = "findings.md"
_BOX = ("cost", "scenario", "outcome", "year", "kind", "strategy", "rival")


def findings_text(core: Core, analysis: Analysis) -> str:
    """Give the findings as Markdown, in English and then in Chinese."""
    found = findings(analysis.compared, analysis.tables)
    return "\n".join(_section(core, analysis, found, Texts(language)) for language in LANGUAGES)


def with_sentences(core: Core, tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Give the tables with a sentence in both languages beside each box."""
    boxes = tables.get("boxes")
    if boxes is None:
        return dict(tables)
    told = boxes.assign(en="", zh="")
    for _, rows in boxes.groupby(list(_BOX), sort=False):
        row = rows.iloc[0]
        case = Case(str(row["cost"]), str(row["scenario"]), str(row["outcome"]), float(row["year"]))
        finding = box_finding(rows, case)
        for language in LANGUAGES:
            told.loc[rows.index[0], language] = Sentence(core, Texts(language)).of(finding)
    return {**tables, "boxes": told}


def _section(core: Core, analysis: Analysis, found: Sequence[Finding], texts: Texts) -> str:
    compared = analysis.compared
    intro = texts(
        "findings_intro",
        strategies=len(compared.strategies),
        worlds=f"{len(compared.worlds):,}",
        origin=texts(f"finding_origin_{compared.origin}"),
    )
    sentence = Sentence(core, texts)
    lines = [
        f"{place}. {texts('finding_table', text=sentence.of(one), table=one.table)}"
        for place, one in enumerate(found, 1)
    ]
    return "\n".join(
        [f"# {texts('findings_heading')}", "", intro, "", *(lines or [texts("findings_none")]), ""]
    )


class Sentence:
    """Puts findings into the words of one language."""

    def __init__(self, core: Core, texts: Texts) -> None:
        self._core, self._texts = core, texts

    def of(self, finding: Finding) -> str:
        """Give the sentence of a finding."""
        texts, case = self._texts, finding.case
        cost = texts(f"finding_cost_{'stored' if case.cost == AS_STORED else case.cost}")
        scenario = texts.of(self._core.scenario(case.scenario).title)
        year, outcome = date(case.year), texts.of(self._core.outcomes[case.outcome].title)
        values: dict[str, object] = {"year": year, "cost": cost, "scenario": scenario}
        values["where"] = texts("finding_where", outcome=outcome, **values)
        values |= {key: self._strategies(names) for key, names in finding.strategies.items()}
        values |= {
            key: texts.join([*map(self._parameter, names)]) for key, names in finding.parameters.items()
        }
        values |= {key: share(value) for key, value in finding.shares.items()}
        values |= {key: self._amount(case, key, value) for key, value in finding.amounts.items()}
        values |= {key: parameter_value(value) for key, value in finding.numbers.items()}
        sides = [self._side(key, *setting) for key, setting in finding.settings.items() if " " in key]
        values |= {key: self._value(*setting) for key, setting in finding.settings.items() if " " not in key}
        return texts(f"finding_{finding.kind}", sides=texts.join(sides), **values)

    def _strategies(self, names: Sequence[str]) -> str:
        return self._texts.join([self._texts("finding_name", name=self._strategy(name)) for name in names])

    def _strategy(self, name: str) -> str:
        """Give the title of a strategy; one that the content does not have is called what it was called."""
        with suppress(TwinTrackError):
            return self._texts.of(self._core.strategy(name).title)
        return name

    def _parameter(self, name: str) -> str:
        return self._texts.of(self._core.world[name].title) if name in self._core.world else name

    def _amount(self, case: Case, key: str, value: float) -> str:
        """Give a number in the outcome's unit: a target as a level, all others as differences."""
        outcome = self._core.outcomes[case.outcome]
        shown = table_factor(outcome.unit, self._texts) * value
        if key == "target":
            return self._with_unit(number(shown, outcome.format), outcome.unit)
        text = difference(shown, outcome.format)
        if value < 0 and any(digit in text for digit in "123456789"):
            text = f"−{text}"
        points = outcome.format.endswith("%")
        return self._with_unit(text, "" if points else outcome.unit, points=points)

    def _with_unit(self, text: str, unit: str, *, points: bool = False) -> str:
        said = self._texts("percentage_points") if points else table_unit(unit, self._texts)
        return self._texts("with_unit", value=text, unit=said) if said else text

    def _value(self, name: str, value: float) -> str:
        unit = self._core.world[name].unit if name in self._core.world else ""
        return self._with_unit(parameter_value(table_factor(unit, self._texts) * value), unit)

    def _side(self, key: str, name: str, value: float) -> str:
        side = key.partition(" ")[0]
        return self._texts(
            f"finding_side_{side}", parameter=self._parameter(name), value=self._value(name, value)
        )
