"""Object files of LLVM become modules that stand alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from wasm_node import Node

from twintrack.engines.wasm.compiling import wasm_module
from twintrack.errors import TwinTrackError

TEXT = """
@numbers = constant [4 x double] [double 1.0, double 2.0, double 3.0, double 4.0]
define internal void @third(ptr %p) noinline {
  store volatile double 3.0, ptr %p
  ret void
}
define void @prepare(ptr %q, i64 %n) {
  %room = alloca [64 x double]
  call void @third(ptr %room)
  %at = getelementptr double, ptr @numbers, i64 %n
  %x = load double, ptr %at
  %y = load volatile double, ptr %room
  %sum = fadd double %x, %y
  store double %sum, ptr %q
  ret void
}
define void @run(ptr %q) {
  %x = load double, ptr %q
  %y = fmul double %x, 2.0
  store double %y, ptr %q
  ret void
}
"""


def test_data_a_stack_and_calls_work_in_a_module(node: Node, tmp_path: Path) -> None:
    made = wasm_module(TEXT)
    assert made.free >= 65_536, "the stack lies before what is free"
    (tmp_path / "model.wasm").write_bytes(made.module)
    told = node.ask({"raw": str(tmp_path / "model.wasm"), "free": made.free})
    assert told == {"imports": [], "exports": ["memory", "prepare", "run"], "values": [6, 12]}


def test_a_call_of_the_c_library_is_told_by_its_name() -> None:
    text = TEXT.replace("fmul double %x, 2.0", "call double @fmod(double %x, double 2.0)")
    with pytest.raises(TwinTrackError, match="the code calls fmod of the C library"):
        wasm_module("declare double @fmod(double, double)\n" + text)


def test_an_address_of_a_function_is_refused() -> None:
    with pytest.raises(TwinTrackError, match="address of a function"):
        wasm_module("@kept = global ptr @run\n" + TEXT)
