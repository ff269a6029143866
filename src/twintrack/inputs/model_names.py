"""A name that a file gives to a variable of the model: whether the model has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twintrack.inputs.validation import unknown
from twintrack.names import split_element, suggest

if TYPE_CHECKING:
    from twintrack.equations import Equations


def name_fault(name: str, equations: Equations, *, constant: bool = False, whole: bool = False) -> str:
    """Say why a name is no variable of the model; "" when it is.

    With `constant` it must be a constant. An array is named element by element; with `whole` also as a whole.
    """
    try:
        plain, elements = split_element(name)
    except ValueError as error:
        return str(error)
    kind = "constant" if constant else "variable"
    variable = equations.variables.get(plain)
    if variable is None or (constant and variable.kind != "constant"):
        variables = equations.variables.values()
        options = [other.name for other in variables if not constant or other.kind == "constant"]
        if variable is None:
            return unknown(f"{kind} of the model", plain, options)
        wrong = f'"{plain}" is of the kind {variable.kind}, not a constant of the model'
        return f"{wrong}{suggest(plain, options)}"
    if name not in variable.labels and (elements or not whole):
        return f'"{name}" is not one of the elements {", ".join(variable.labels)}'
    return ""
