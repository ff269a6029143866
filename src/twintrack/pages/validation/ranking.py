"""Whether learning changes which strategy does best, and why it does or does not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from twintrack.formats import MISSING, share, signed
from twintrack.pages.validation.view import Block, Cell, Claim, Section, Table, View, number

BEST_SHOWN = 0.005
"""A strategy that is best in fewer worlds before and after learning is not among those listed."""
STRONGEST = ("outcome", "parameter", "correlation")
"""English headings of the table of the strongest parameters among the tests of the field."""


@dataclass(frozen=True)
class Ranked:
    """Makes the section on strategies in the language of a view."""

    view: View

    def blocks(self) -> list[Block]:
        """Give the sentences and tables of the section."""
        outcomes = self._outcomes
        turned = [item for item in outcomes if item["turns"]]
        pairs = sum(len(item["turns"]) for item in outcomes)
        key = "ranking_turned" if turned else "ranking_none"
        first = [item["places"][0]["strategy"] for item in outcomes]
        before = [min(item["places"], key=lambda place: place["rank_prior"])["strategy"] for item in outcomes]
        kept = sum(one == other for one, other in zip(first, before, strict=True))
        return [
            self.view.claim(
                key,
                "ranking",
                outcomes=len(outcomes),
                turned=len(turned),
                pairs=pairs,
                kept=kept,
                correlation=number(min(item["correlation"] for item in outcomes)),
                strategies=len(outcomes[0]["places"]),
            ),
            self._ranks(),
            self._best(),
            *([self._turns()] if turned else []),
            self._contests(),
            *self._why(bool(turned)),
            self._means(),
        ]

    @property
    def _outcomes(self) -> Sequence[Section]:
        found: Sequence[Section] = self.view["ranking"]["outcomes"]
        return found

    def _ranks(self) -> Table:
        """A row for each strategy, a column for each outcome: rank before and after learning."""
        places = [{place["strategy"]: place for place in item["places"]} for item in self._outcomes]
        order = sorted(places[0], key=lambda name: sum(one[name]["rank_posterior"] for one in places))
        rows: list[list[str | Cell]] = [
            [Cell(self.view.strategy(name)), *(self._change(one[name]) for one in places)] for name in order
        ]
        return Table(
            self.view.texts("ranks_table", year=f"{self._outcomes[0]['year']:g}"),
            [self.view.texts("col_strategy"), *map(self._heading, self._outcomes)],
            rows,
            self.view.command("ranking"),
            "dense ranks",
            self.view.texts("ranks_note"),
        )

    def _change(self, place: Section) -> Cell:
        before, after = place["rank_prior"], place["rank_posterior"]
        if before == after:
            return Cell(str(after))
        return Cell(f"{before} → {after}", tone="good" if after < before else "poor")

    def _best(self) -> Table:
        """Strategies that are best somewhere: share of worlds before and after learning."""
        places = [{place["strategy"]: place for place in item["places"]} for item in self._outcomes]
        shown = [
            name
            for name in places[0]
            if any(max(one[name]["best_prior"], one[name]["best_posterior"]) >= BEST_SHOWN for one in places)
        ]
        rows: list[list[str | Cell]] = [
            [
                Cell(self.view.strategy(name)),
                *(_shares(one[name]) for one in places),
            ]
            for name in shown
        ]
        return Table(
            self.view.texts("best_table", year=f"{self._outcomes[0]['year']:g}"),
            [self.view.texts("col_strategy"), *map(self._heading, self._outcomes)],
            rows,
            self.view.command("ranking"),
            "dense ranks",
        )

    def _means(self) -> Table:
        """Everything by outcome and strategy."""
        rows: list[list[str | Cell]] = [
            [
                Cell(self.view.outcome(item["outcome"])),
                Cell(self.view.strategy(place["strategy"])),
                str(place["rank_prior"]),
                str(place["rank_posterior"]),
                number(place["prior"]),
                number(place["posterior"]),
                share(place["best_prior"]),
                share(place["best_posterior"]),
            ]
            for item in self._outcomes
            for place in item["places"]
        ]
        keys = ("outcome", "strategy", "rank_prior", "rank_posterior", "mean_prior", "mean_posterior")
        head = [self.view.texts(f"col_{key}") for key in (*keys, "best_prior", "best_posterior")]
        label = self.view.texts("means_table")
        return Table(label, head, rows, self.view.command("ranking"), "plain means", folded=True)

    def _turns(self) -> Table:
        """Pairs whose order changes, and the parameters that explain it."""
        rows: list[list[str | Cell]] = [
            [
                Cell(self.view.outcome(item["outcome"])),
                f"{self.view.strategy(turn['first'])} / {self.view.strategy(turn['second'])}",
                f"{share(turn['prior'])} → {share(turn['posterior'])}",
                signed(turn["shift"], ".3g"),
                share(turn["explained"]),
                "; ".join(
                    f"{self.view.parameter(name)} ({signed(part, '.3g')})" for name, part in turn["parts"]
                ),
            ]
            for item in self._outcomes
            for turn in item["turns"]
        ]
        keys = ("outcome", "pair", "first_better", "shift", "explained_share", "parts")
        head = [self.view.texts(f"col_{key}") for key in keys]
        label, note = self.view.texts("turns_table"), self.view.texts("turns_note")
        return Table(label, head, rows, self.view.command("ranking"), "prose", note)

    def _contests(self) -> Table:
        """What decides between the two best of each outcome, and whether history speaks of it."""
        contests = [(item, item["contest"]) for item in self._outcomes]
        rows: list[list[str | Cell]] = [
            [
                Cell(self.view.outcome(item["outcome"])),
                f"{self.view.strategy(contest['first'])} / {self.view.strategy(contest['second'])}",
                f"{share(contest['prior'])} → {share(contest['posterior'])}",
                share(contest["explained"]),
                share(contest["as_before"]),
                "; ".join(f"{self.view.parameter(name)} ({share(part)})" for name, part in contest["parts"]),
            ]
            for item, contest in contests
        ]
        keys = ("outcome", "pair", "first_better", "linear", "open_part", "deciding")
        head = [self.view.texts(f"col_{key}") for key in keys]
        label, note = self.view.texts("contests_table"), self.view.texts("contests_note")
        return Table(label, head, rows, self.view.command("ranking"), "prose", note)

    def _why(self, turned: bool) -> list[Block]:
        """Set the parameters that move outcomes most against those that history says nothing about."""
        strongest = self._strongest()
        if not strongest:
            return []
        before = set(self.view["identification"]["as_before"])
        names = {name for found in strongest.values() for name in found}
        open_ones = len(names & before)
        parameters = self.view["identification"]["parameters"]
        mostly = open_ones / len(names) >= 0.5
        key = "why_open" if mostly else "why_learnt"
        command = self.view.command("identification", "field_tests")
        texts = self.view.texts
        narrower = [item["contraction"] for item in parameters if item["name"] in names]
        told = texts(
            key,
            narrower=share(max(median(narrower), 0.0)),
            strongest=len(names),
            open=self.view.count(open_ones, len(names)),
            all=share(len(before) / len(parameters)),
        )
        lead = texts("why_turned" if turned else "why_not_turned")
        rows: list[list[str | Cell]] = [
            [
                Cell(self.view.outcome(outcome)),
                str(len(found)),
                self.view.count(sum(name in before for name in found), len(found)),
                texts.join([self.view.parameter(name) for name in found if name in before]),
            ]
            for outcome, found in strongest.items()
        ]
        head = [texts(f"col_{key}") for key in ("outcome", "strongest", "of_these_before", "which")]
        table = Table(texts("strongest_table"), head, rows, command, "prose")
        return [Claim(texts("sentence_gap").join((lead, told)), command), table]

    def _strongest(self) -> Mapping[str, list[str]]:
        """Give the parameters that each outcome hangs most on, from the test of sensitivity."""
        outcomes = {item["outcome"] for item in self._outcomes}
        found: dict[str, list[str]] = {}
        for test in self.view.tests():
            for table in test["tables"]:
                if tuple(column["en"] for column in table["columns"]) == STRONGEST:
                    for outcome, parameter, _ in table["rows"]:
                        if outcome in outcomes:
                            found.setdefault(outcome, []).append(parameter)
        return found

    def _heading(self, item: Section) -> Cell:
        return Cell(self.view.outcome(item["outcome"]), self.view.texts(f"better_{item['better']}"))


def _shares(place: Section) -> Cell:
    """Write how often a strategy is best before and after learning; once where both look the same."""
    before, after = share(place["best_prior"]), share(place["best_posterior"])
    if max(place["best_prior"], place["best_posterior"]) == 0:
        return Cell(MISSING)
    return Cell(after if before == after else f"{before} → {after}")
