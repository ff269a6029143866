"""Strategies: what is done with the levers over time, merged from a file and all its parents.

Strategies are YAML files of some folders. The folder parts/ beside them holds what they are made of: files of
the same form, found by name and not listed with the others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from twintrack.inputs.courses import BUDGET, Budget, Course
from twintrack.inputs.paths import TimePath
from twintrack.inputs.schema_kinds import Bilingual
from twintrack.inputs.switches import Said, Switch
from twintrack.inputs.yaml_files import yaml_files

BASELINE = "baseline"
"""The strategy that all others start from and are compared with."""

PARTS = "parts"
"""The folder beside strategies that holds what they are made of."""

WEIGHT_TOLERANCE = 1e-9


@dataclass(frozen=True)
class Strategy:
    """A strategy with every lever's path merged from its parents and its own settings."""

    name: str
    title: Bilingual
    description: Bilingual
    budget: Budget
    notes: str
    references: tuple[str, ...]
    paths: Mapping[str, TimePath]
    baseline: Mapping[str, TimePath] = field(repr=False)
    """The paths of the baseline, from which `own` is told."""
    files: tuple[Path, ...] = ()
    """All files that it was read from, its parents' and the baseline's included."""
    switch: Switch | None = None
    """What it goes over to once something has happened; `paths` hold until then."""
    unscaled: frozenset[str] = frozenset()
    """Money levers that an equal budget leaves as they are while it scales the others."""
    parents: tuple[str, ...] = ()
    """What it names under `extends`: the strategy or the parts that it starts from."""
    said: Said = field(default_factory=dict, repr=False, compare=False)
    """Where each lever, the budget and the switch were set last; not what only the baseline sets."""

    @property
    def own(self) -> dict[str, TimePath]:
        """The paths of the levers that differ from the baseline."""
        return {name: path for name, path in self.paths.items() if path != self.baseline[name]}

    @property
    def course(self) -> Course:
        """What it does, as a part of others."""
        budget = self.budget if BUDGET in self.said else None
        return Course(self.paths, self.switch, budget, self.unscaled, self.said)


class StrategyFolders:
    """The strategies in some folders; a name is looked up in the first folder that has it."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self.folders = tuple(folders)

    def names(self) -> list[str]:
        """List the names of all strategies, the baseline first."""
        names = {BASELINE} | {path.stem for folder in self.folders for path in yaml_files(folder)}
        return sorted(names, key=lambda name: (name != BASELINE, name))

    def parts(self) -> list[str]:
        """List the names of all parts, of which strategies are made."""
        return sorted({path.stem for folder in self.folders for path in yaml_files(folder / PARTS)})

    def known(self) -> list[str]:
        """List all names that `find` finds, and the baseline's: strategies, then parts."""
        return list(dict.fromkeys([*self.names(), *self.parts()]))

    @cached_property
    def searched(self) -> tuple[Path, ...]:
        """All folders that names are looked up in."""
        return tuple(path for folder in self.folders for path in (folder, folder / PARTS))

    def hidden(self, path: Path) -> Path | None:
        """Give the file of the content that a file of the current folder's strategies/ takes the place of."""
        first, *others = (folder.resolve() for folder in self.folders)
        inside = path.resolve()
        if first in others or not inside.is_relative_to(first):
            return None
        name = inside.relative_to(first)
        return next((folder / name for folder in others if (folder / name).is_file()), None)

    def find(self, name: str, beside: Path | None = None) -> Path | None:
        """Give the file of a named strategy or part, None for a name that no folder has.

        `beside` is a folder that is looked through after the current one's strategies/.
        """
        first, *others = self.folders
        for folder in (first, *([beside] if beside else []), *others):
            for path in (*yaml_files(folder), *yaml_files(folder / PARTS)):
                if path.stem == name:
                    return path
        return None
