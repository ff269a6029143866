"""Writing of strategies as YAML that reads back to exactly the same paths, and the schema for editors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap

from twintrack.errors import Fault, InputError
from twintrack.inputs.levers import LeverTable
from twintrack.inputs.paths import EARLIEST, Knot, TimePath
from twintrack.inputs.schema_kinds import Bilingual
from twintrack.inputs.settings import Setting
from twintrack.inputs.strategies import BASELINE, Strategy
from twintrack.inputs.yaml_files import shown
from twintrack.resources import atomic_write

_LARGEST_WHOLE = 1e15


def strategy_yaml(strategy: Strategy, table: LeverTable) -> str:
    """Give a merged strategy as the text of a strategy file that stands on the baseline alone.

    The levers that differ from the baseline are listed: as one number where that gives the path, and as dates
    with numbers where not. What it switches to stands on the baseline alone, too.
    """
    content: dict[str, Any] = {"title": _words(strategy.title)}
    if strategy.description != strategy.title:
        content["description"] = _words(strategy.description)
    if strategy.name != BASELINE:
        content["extends"] = BASELINE
    content["levers"] = _settings(strategy.own, strategy, table)
    if strategy.switch is not None:
        after = strategy.switch.paths
        moved = {name: path for name, path in after.items() if path != strategy.baseline[name]}
        entry = {"to": BASELINE, "levers": _settings(moved, strategy, table)}
        content["switch"] = {**strategy.switch.to_dict(), **entry}
    if strategy.budget != "own":
        content["budget"] = strategy.budget
        if strategy.unscaled:
            content["unscaled"] = sorted(strategy.unscaled)
    if strategy.notes:
        content["notes"] = strategy.notes
    if strategy.references:
        content["references"] = list(strategy.references)
    writer = YAML()
    writer.width = 10_000
    text = StringIO()
    writer.dump(content, text)
    return text.getvalue()


def save_strategy(path: Path, strategy: Strategy, table: LeverTable, *, overwrite: bool = False) -> None:
    """Write a merged strategy to a file; a reader sees the whole file or none.

    Raises InputError when the file exists and `overwrite` is not set, when its name does not end in .yaml or
    is the baseline's, or when it cannot be written.
    """
    if path.suffix != ".yaml" or not path.stem.strip():
        raise InputError(Fault(shown(path), "the name of a strategy file must end in .yaml"))
    if path.stem == BASELINE:
        message = "is what all strategies start from and are compared with; choose another name"
        raise InputError(Fault(shown(path), message))
    text = strategy_yaml(replace(strategy, name=path.stem), table)
    try:
        atomic_write(path, text, fresh=not overwrite)
    except FileExistsError:
        message = "exists already; choose another name, or ask to overwrite it"
        raise InputError(Fault(shown(path), message)) from None
    except OSError as error:
        raise InputError(Fault(shown(path), f"cannot be written: {error.strerror}")) from None


def shortest_setting(path: TimePath, base: TimePath, table: LeverTable) -> float | Mapping[float, Any]:
    """Give the shortest setting that leads from the baseline's path to this one."""
    last = path.values[-1]
    if path == Setting(value=last).applied(base, table.policy_start, table.ramp_years):
        return _plain(last)
    knots = [knot for knot in path.knots if knot[0] >= table.policy_start]
    start = 1 if len(knots) > 1 and knots[0][0] == knots[1][0] else 0
    # The part from the first knot on gives the path mostly; all of it since policies start, always, unless
    # the past differs, which is refused when it is read.
    short, whole = knots[start:], _since(path, table.policy_start)
    if short and base.then(short) == path:
        return _dated(short)
    return _dated(whole if base.then(whole) == path else _since(path, EARLIEST))


def _since(path: TimePath, time: float) -> list[Knot]:
    """Give the knots from a time on, with one there."""
    return [(time, path.value(time)), *(knot for knot in path.knots if knot[0] > time)]


def _settings(
    paths: Mapping[str, TimePath], strategy: Strategy, table: LeverTable
) -> dict[str, float | Mapping[float, Any]]:
    return {name: shortest_setting(path, strategy.baseline[name], table) for name, path in paths.items()}


def _dated(knots: list[Knot] | tuple[Knot, ...]) -> CommentedMap:
    dated = CommentedMap()
    for time, value in knots:
        date = _plain(time)
        dated[date] = [dated[date], _plain(value)] if date in dated else _plain(value)
    dated.fa.set_flow_style()
    return dated


def _plain(number: float) -> float:
    """Give a whole number without its decimal point."""
    return int(number) if number.is_integer() and abs(number) < _LARGEST_WHOLE else number


def _words(words: Bilingual) -> dict[str, str]:
    return {"en": words.en, "zh": words.zh}
