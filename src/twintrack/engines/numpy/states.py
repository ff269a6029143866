"""Source for states: how each is stored, started and moved on."""

from __future__ import annotations

from twintrack.engines.numpy.writer import Writer
from twintrack.engines.state_names import StateNames
from twintrack.equations.states import STATES, TRUTHS


def starts(names: StateNames, state: int) -> tuple[list[str], list[str]]:
    """Give the code of the initial flows and memory, from the names n{state}_last and n{state}_time."""
    item = names.states[state]
    first = f"fill(n{state}_last, {item.shape}, B)"
    role = "time" if STATES[item.kind].staged else "last"
    memory = f"fill(n{state}_{role}, {item.shape}, B)"
    if item.kind == "delay_fixed":
        memory = f"ring_make(n{state}_last, {item.shape}, {names.stages(state)}, B)"
    return [first] * len(names.flow_names(state)), [memory] * len(names.memory_names(state))


def update(names: StateNames, state: int, writer: Writer) -> tuple[list[str], list[str]]:
    """Give the code of the derivatives of the flows and of the next memory; some give several values."""
    item, kind = names.states[state], STATES[names.states[state].kind]
    flows, memory = names.flow_names(state), names.memory_names(state)
    writer.used.update(flows, memory)
    inputs = {
        role: writer.truth(item.inputs[role], item.axes)
        if role in TRUTHS
        else writer.aligned(item.inputs[role], item.axes)
        for role in kind.inputs
    }
    if item.kind == "integ":  # by far the most frequent, and nothing to compute
        return [inputs["flow"]], []
    if item.kind == "delay_fixed":
        return [], [f"ring_write({memory[0]}, i, {inputs['input']})"]
    given = ", ".join(f"{role!r}: {code}" for role, code in inputs.items())
    state_code = f"{{{given}}}, [{', '.join(flows)}], [{', '.join(memory)}]"
    rates = [f"*rates_{item.kind}({state_code})"] if kind.rates is not None else []
    following = (
        [f"*filled(next_{item.kind}({state_code}), {memory[0]})"] if kind.following is not None else []
    )
    return rates, following
