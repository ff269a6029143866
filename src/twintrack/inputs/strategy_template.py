"""Starting a new strategy: a file that does what its parent does, and says how to go on."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

from twintrack.errors import Fault, InputError
from twintrack.inputs.content import Content
from twintrack.inputs.levers import LeverTable
from twintrack.inputs.references import mix_terms, part_names
from twintrack.inputs.strategies import Strategy
from twintrack.inputs.strategy_files import shortest_setting
from twintrack.inputs.yaml_files import shown
from twintrack.resources import atomic_write

_NAME = re.compile(r"[a-z]\w*", re.ASCII)


def start_strategy(path: Path, parent: str, content: Content) -> None:
    """Write a strategy file that stands on a parent, a name or a mix, and changes nothing yet.

    The file's name without its ending is the strategy's. Raises InputError when the parent does not exist,
    the name is none for a strategy or is taken, or the file exists or cannot be written. It never overwrites.
    """
    where = shown(path)
    if parent.endswith((".yaml", ".yml")):
        raise InputError(Fault(parent, "name the strategy, not its file: parents are looked up by name"))
    base = content.strategies.resolve(parent)
    if path.suffix != ".yaml" or not _NAME.fullmatch(path.stem):
        message = "a strategy's name has small letters, digits and underscores, and its file ends in .yaml"
        raise InputError(Fault(where, message))
    taken = content.strategies.find(path.stem)
    if taken is not None:
        raise InputError(Fault(where, f"the name is taken by {shown(taken)}; choose another one"))
    text = _text(path.stem, parent, base, content.levers)
    try:
        atomic_write(path, text, fresh=True)
    except FileExistsError:
        raise InputError(Fault(where, "exists already; choose another name")) from None
    except OSError as error:
        raise InputError(Fault(where, f"cannot be written: {error.strerror}")) from None


def _text(name: str, parent: str, base: Strategy, table: LeverTable) -> str:
    title = json.dumps(name.replace("_", " ").capitalize())
    about = json.dumps(f"As {parent}; not changed yet.")
    first = f"{table.policy_start:g}"
    lines = [
        f"title: {{en: {title}, zh: {title}}}",
        f"description: {{en: {about}, zh: {about}}}",
        "# notes: what a reader should know beside that",
        "# references: []    # keys of model/sources.yaml",
        _start(parent),
        f"budget: {base.budget}    # or equal: money levers scaled to cost what the baseline costs",
        "",
        "# What is not named here is as in the parent. Take the # away from `levers:` and from what changes.",
        f"# One number is reached within {table.ramp_years:g} years from {first}. With dates, as in",
        f"# {{{first}: 60, 2030: 150}}, a lever is linear between them, and the last value holds.",
        *_switch_lines(base),
        "# levers:",
    ]
    for lever in table.levers.values():
        setting = shortest_setting(base.paths[lever.name], base.baseline[lever.name], table)
        if isinstance(setting, Mapping):
            shown_setting = f"{{{', '.join(f'{date:g}: {value}' for date, value in setting.items())}}}"
        else:
            shown_setting = f"{setting:g}"
        limits = f"{lever.low:g} to {lever.high:g} {lever.unit}"
        lines.append(f"#   {lever.name}: {shown_setting}    # {limits}: {lever.title.en}")
    return "\n".join(lines) + "\n"


def _start(parent: str) -> str:
    """Give the line that names what the strategy stands on."""
    terms, parts = mix_terms(parent, parent), part_names(parent)
    if terms is not None:
        return f"mix: {json.dumps(terms)}"
    named = f"[{', '.join(parts)}]" if parts else parent
    return f"extends: {named}    # a strategy, or a list of parts: see `twintrack list parts`"


def _switch_lines(base: Strategy) -> list[str]:
    if base.switch is None:
        return []
    return [
        f"# The parent switches {base.switch}.",
        "# What is set here holds before and after; to stay with the parent: switch: none",
    ]
