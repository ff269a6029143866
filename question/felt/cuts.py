"""Cuts: what switches a mechanism off, written as constants and values at which the link has no strength."""

from __future__ import annotations

import re
from dataclasses import dataclass

from twintrack.equations.beginnings import initial_only
from twintrack.errors import Fault, InputError
from twintrack.inputs.strategies import BASELINE
from twintrack.inputs.validation import FaultList, unknown
from twintrack.model import Model
from twintrack.names import split_element
from twintrack.runs.arrays import place_of

_CONSTANT = re.compile(r"([^=]+)=([^=@]+)(?:@([^=@]+))?")
_LEVER = re.compile(r"(\S+)\s+(\S+)\.\.(\S+)")
_FORM = 'write "constant=value", "constant=value@year", "lever low..high" or "lever=value", with ";" between'


@dataclass(frozen=True)
class Cut:
    """What is done to see what a mechanism does: some constants are set, or some levers go from end to end.

    Attributes:
        constants: The name of each constant, or element of one, its value in every world, and the decimal
            year from which on it has that value.
        levers: The low and the high value of each lever.
        settings: The value of each lever that stands elsewhere than in the baseline, with the mechanism and
            without it: what counts from the start on does nothing while its lever stays where it was.
    """

    constants: tuple[tuple[str, float, float], ...] = ()
    levers: tuple[tuple[str, float, float], ...] = ()
    settings: tuple[tuple[str, float], ...] = ()


def read_cut(text: str, model: Model, where: str) -> Cut:
    """Read "constant=value; constant[element]=value@year; lever=value" or "lever low..high; lever=value".

    Without a year a constant is set from `start_of` on. Raises InputError at `where` with all faults: unknown
    names, what is no constant, levers out of range, constants and the
    ends of levers in one cut, and levers that are set while nothing is cut.
    """
    constants: list[tuple[str, float, float]] = []
    levers: list[tuple[str, float, float]] = []
    settings: list[tuple[str, float]] = []
    faults = FaultList()
    for part in filter(None, map(str.strip, text.split(";"))):
        lever, constant = _LEVER.fullmatch(part), _CONSTANT.fullmatch(part)
        with faults:
            if lever:
                levers.append((lever[1], _number(lever[2], where), _number(lever[3], where)))
            elif constant and constant[1].strip() in model.levers and not constant[3]:
                settings.append((constant[1].strip(), _number(constant[2], where)))
            elif constant:
                name = _constant(constant[1], model, where)
                year = _number(constant[3], where) if constant[3] else start_of(model, name)
                constants.append((name, _number(constant[2], where), year))
            else:
                raise InputError(Fault(where, f'"{part}" is no cut; {_FORM}'))
    if constants and levers:
        faults.append(Fault(where, "sets constants and moves levers; a cut does one of the two"))
    if settings and not (constants or levers):
        faults.append(Fault(where, "sets levers and cuts nothing: name the constants of the link"))
    faults += _lever_faults(model, levers, settings, where)
    faults.raise_any()
    return Cut(tuple(constants), tuple(levers), tuple(settings))


def start_of(model: Model, constant: str) -> float:
    """Give the decimal year from which a cut sets a constant.

    It is the start of policies, so that history stays as it is; for a constant that counts only at the
    beginning, that is the start of the model.
    """
    early = initial_only(model.equations, split_element(constant)[0])
    return model.equations.time.initial if early else model.policy_start


def _constant(label: str, model: Model, where: str) -> str:
    """Check the name of a constant or an element of one. Raises InputError."""
    label, known = label.strip(), model.equations.variables
    try:
        name, _ = place_of(model.equations, label)
    except (KeyError, ValueError):
        raise InputError(Fault(where, unknown("constant", label, known))) from None
    if known[name].kind != "constant" or name in model.levers:
        kind = "a lever: it takes no year" if name in model.levers else "no constant"
        raise InputError(Fault(where, f"{name} is {kind}; {_FORM}"))
    return label


def _lever_faults(
    model: Model, levers: list[tuple[str, float, float]], settings: list[tuple[str, float]], where: str
) -> list[Fault]:
    """Say what is wrong with the names and values of levers, at either end."""
    found: list[str] = []
    for values in ({name: low for name, low, _ in levers}, {name: high for name, _, high in levers}):
        try:
            model.strategy(BASELINE, **dict(settings) | values)
        except InputError as error:
            found += map(str, error.faults)
    return [Fault(where, message) for message in dict.fromkeys(found)]


def _number(text: str, where: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise InputError(Fault(where, f'"{text.strip()}" is no number; {_FORM}')) from None
