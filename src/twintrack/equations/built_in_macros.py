"""Macros that every model knows: functions with further results, which Vensim's manual gives as equations."""

from __future__ import annotations

import re

from twintrack.equations.naming import same_name
from twintrack.equations.source import MacroText, scan_macros

_DELAYP = """{UTF-8}
:MACRO: DELAYP(input, delay time: pipeline)
DELAYP = third/stage ~~|
pipeline = third+second+first ~~|
third = INTEG(leaving second-DELAYP, stage*input) ~~|
leaving second = second/stage ~~|
second = INTEG(leaving first-leaving second, third) ~~|
leaving first = first/stage ~~|
first = INTEG(input-leaving first, third) ~~|
stage = delay time/3 ~~|
:END OF MACRO:
"""
_CALLED = re.compile(r"(?<!\w)DELAYP\s*\(", re.IGNORECASE)


def macros_of(text: str, file: str) -> list[MacroText]:
    """Give the macros of a model and those that it calls without defining them; `file` is told in errors."""
    own = scan_macros(text, file)
    known = {same_name(macro.title) for macro in own}
    called = scan_macros(_DELAYP, file) if _CALLED.search(text) else []
    return [*own, *(macro for macro in called if same_name(macro.title) not in known)]
