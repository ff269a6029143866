"""Central values in the files: each stands in model/world.yaml and, the same, in the model file."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import product
from math import floor, log10
from pathlib import Path

from twintrack.equations.structure import Variable
from twintrack.model import Model
from twintrack.names import split_element
from twintrack.resources import MODEL_FILE, atomic_write

DIGITS = 3
"""Significant digits of a central value: more would claim what nobody knows."""


def rounded(value: float, ends: Sequence[float]) -> float:
    """Round a value to DIGITS significant digits, within the ends of its range."""
    places = DIGITS - 1 - floor(log10(abs(value))) if value else 0
    return min(max(round(value, places), ends[0]), ends[1])


def write_values(model: Model, values: Mapping[str, float]) -> list[Path]:
    """Write values into world.yaml and the model file of a content, and give both paths.

    Raises ValueError where a value cannot be found; neither file is changed then.
    """
    world, equations = model.content / "model" / "world.yaml", model.content / MODEL_FILE
    texts = {path: path.read_text(encoding="utf-8") for path in (world, equations)}
    for name, value in values.items():
        texts[world] = in_world(texts[world], name, value)
        known = model.equations.variables[split_element(name)[0]]
        texts[equations] = in_equations(texts[equations], known, name, value)
    for path, text in texts.items():
        atomic_write(path, text)
    return [*texts]


def in_world(text: str, name: str, value: float) -> str:
    """Set the value of a parameter in the text of world.yaml. Raises ValueError where there is none."""
    key = re.escape(f'"{name}"' if "[" in name else name)
    return _set(text, rf"(^  {key}:\n(?:    .*\n)*?    value: )\S+", f"{value:.10g}", name)


def in_equations(text: str, known: Variable, name: str, value: float) -> str:
    """Set a constant, or an element of one, in the text of a model file.

    An element stands in an equation of its own or in rows of numbers. Raises ValueError where there is none.
    """
    base = re.escape(_spoken(known.name))
    wanted = split_element(name)[1]
    if not wanted:
        return _set(text, rf"(^{base}=\n\t)\S+(?=\n)", f"{value:.10g}", name)
    elements = ", ?".join(re.escape(_spoken(element)) for element in wanted)
    alone = rf"(^{base}\[{elements}\]=\n\t)\S+"
    if re.search(alone, text, re.MULTILINE):
        return _set(text, alone, f"{value:.10g}", name)
    row = re.search(rf"^{base}\[[^\]]+\]=\n\t([^\n~]+)", text, re.MULTILINE)
    if row is None:
        raise ValueError(f"{name} has no numbers in the model file")
    place = [*re.finditer(r"[^,;\s]+", row[1])][[*product(*known.elements)].index(wanted)]
    start = row.start(1)
    return text[: start + place.start()] + f"{value:.10g}" + text[start + place.end() :]


def _set(text: str, pattern: str, value: str, name: str) -> str:
    found, count = re.subn(pattern, lambda match: match[1] + value, text, flags=re.MULTILINE)
    if count != 1:
        raise ValueError(f"{name} is found {count} times, not once")
    return found


def _spoken(name: str) -> str:
    return name.replace("_", " ")
