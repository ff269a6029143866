"""manifest.json: everything that the numbers of a store follow from, and what differs from another one."""

from __future__ import annotations

import json
import os
import platform
import re
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twintrack.errors import Fault
from twintrack.formats import now
from twintrack.inputs.paths import DatedPath, TimePath, all_times
from twintrack.stored import code_digest
from twintrack.version import __version__
from twintrack.worlds.drawing import ORIGINS, Origin

if TYPE_CHECKING:
    from twintrack.inputs.strategies import Strategy
    from twintrack.inputs.world import WorldValue

Manifest = dict[str, Any]

FORMAT = 1
"""Version of the layout of a store."""

BINDING = ("llvmlite", "numpy", "pyarrow", "scipy")
"""Libraries whose version may change the bytes of a store."""

_FREE = ("created", "machine", "python", "replaced files")
"""What may differ when a store is continued."""

_LIST = re.compile(r"\[[\d\s.,e+-]*\]")
"""A list of numbers; it goes into one line."""

CODE = "twintrack code"
"""Key of the digest of the code that decides on the bytes."""

_ROOM = "runs"
"""The room whose code, with all that it reaches, decides on the bytes."""

_DIGEST_SHOWN = 12


def versions() -> dict[str, str]:
    """Give the versions of TwinTrack, of its code and of the libraries that decide on the bytes."""
    libraries = {name: version(name) for name in BINDING}
    return {"twintrack": __version__, CODE: code_digest(_ROOM).hex(), **libraries}


def surroundings() -> dict[str, Any]:
    """Give what is recorded about time and place: date of the start, Python, machine."""
    return {
        "created": now().isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "machine": {"system": platform.platform(), "processor": _processor(), "cores": os.cpu_count()},
    }


def values_entry(values: Mapping[str, WorldValue]) -> dict[str, Any]:
    """Describe levers or world parameters: a number each, or [time, value] pairs."""
    return {name: _entry(value) for name, value in values.items()}


def _entry(value: WorldValue) -> float | list[list[float]]:
    if isinstance(value, DatedPath):
        return [list(knot) for knot in value.said]
    return _knots(value) if isinstance(value, TimePath) else value


def strategy_entry(plan: Strategy, factors: Mapping[str, float | str]) -> dict[str, Any]:
    """Describe a merged strategy before its budget is scaled, and the factor of that by scenario.

    Where each world has a factor of its own, words say so.
    """
    switch = plan.switch and {**plan.switch.to_dict(), "levers": values_entry(plan.switch.paths)}
    return {
        "budget": plan.budget,
        "budget_factor": dict(factors),
        "unscaled": sorted(plan.unscaled),
        "levers": values_entry(plan.paths),
        "switch": switch,
    }


def origin(manifest: Manifest) -> Origin:
    """Say where the worlds come from."""
    return ORIGINS.get(manifest["design"]["kind"], "given")


def text(manifest: Manifest) -> str:
    """Give the manifest as the text of its file."""
    lines = json.dumps(manifest, ensure_ascii=False, indent=1)
    return _LIST.sub(lambda found: " ".join(found[0].split()), lines) + "\n"


def differences(stored: Manifest, now: Manifest) -> list[Fault]:
    """Name everything in which two manifests differ, apart from date, machine and version of Python."""
    now = json.loads(text(now))  # what a file makes of tuples and the like
    names = [name for name in {**stored, **now} if name not in _FREE]
    return [fault for name in names for fault in _compared((name,), stored.get(name), now.get(name))]


def other_surroundings(stored: Manifest, now: Manifest) -> list[str]:
    """Name what differs in machine and version of Python."""
    places = [name for name in _FREE if name in ("machine", "python")]
    return [str(fault) for name in places for fault in _compared((name,), stored.get(name), now.get(name))]


def _compared(address: tuple[str, ...], old: Any, new: Any) -> Iterator[Fault]:
    """Walk through both and name the leaves that differ; `address` is the keys that lead there."""
    ordered = address == ("outputs",)  # they are the columns of every part
    if old == new and not (ordered and list(old) != list(new)):
        return
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        if ordered and old.keys() == new.keys():
            yield _fault(address, f"store has the order {', '.join(old)}; now {', '.join(new)}")
        for key in {**old, **new}:
            yield from _compared((*address, key), old.get(key), new.get(key))
    elif "levers" in address or (address[0] == "scenarios" and len(address) > 2):
        yield from _compared_paths(address, old, new)
    elif address == ("times",):
        pairs = zip_longest(old, new, fillvalue="none")
        first, other = next(pair for pair in pairs if pair[0] != pair[1])
        message = f"store {len(old)} of them, now {len(new)}; the first that differs is {_shown(first)}"
        yield _fault(address, f"{message}, now {_shown(other)}")
    else:
        yield _fault(address, f"store {_shown(old)}, now {_shown(new)}")


def _compared_paths(address: tuple[str, ...], old: Any, new: Any) -> Iterator[Fault]:
    """Name the times at which two paths of a lever differ."""
    if old is None or new is None or not (isinstance(old, list) or isinstance(new, list)):
        yield _fault(address, f"{_shown(old)}, now {_shown(new)}")
        return
    one, other = _path(old), _path(new)
    for time in all_times([one, other]):
        before, after = one.value(time), other.value(time)
        if before != after or one.before(time) != other.before(time):
            yield _fault(address, f"{before:.10g}, now {after:.10g}", f" at {time:g}")


def _fault(address: tuple[str, ...], message: str, when: str = "") -> Fault:
    """Word a difference: ("strategies", "dutch", "levers", "x") reads "strategy dutch: x"."""
    kinds = {"strategies": "strategy", "scenarios": "scenario"}
    place = [name for name in address if name != "levers"]
    if place[0] not in kinds or len(place) == 1:
        return Fault(" ".join([place[0].replace("_", " "), *place[1:]]) + when, message)
    where = f"{kinds[place[0]]} {place[1]}"
    inside = " ".join(place[2:])
    return Fault(where, f"{inside}{when}: {message}" if inside else message)


def _shown(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, Mapping):
        return "something"
    content = f"{value:.10g}" if isinstance(value, float) else str(value)
    return f"{content[:_DIGEST_SHOWN]}…" if len(content) == 64 and content.isalnum() else content


def _path(value: Any) -> TimePath:
    return TimePath.through(map(tuple, value)) if isinstance(value, list) else TimePath.constant(value)


def _knots(path: TimePath) -> float | list[list[float]]:
    return path.values[0] if path.is_constant else [list(knot) for knot in path.knots]


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.processor()
