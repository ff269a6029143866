"""Compiling LLVM text to machine code, and loading such code."""

from __future__ import annotations

import ctypes
import hashlib
import logging
from collections.abc import Callable
from functools import cache
from typing import Any

from twintrack.engines.llvm.target import MANY_REGISTERS, NATIVE, Target

_log = logging.getLogger(__name__)

_LEVEL = 2
_ROOM = "@room = global i64 0"
"""Something to write to. The memory of loaded code then has a page for it, which the addresses of functions
of the C library also need; it is not counted for them alone."""
_RUN = ctypes.CFUNCTYPE(None, *[ctypes.c_int64] * 4, *[ctypes.c_void_p] * 9)
_PREPARE = ctypes.CFUNCTYPE(None, ctypes.c_int64, *[ctypes.c_void_p] * 3)


class Machine:
    """The loaded functions of one model; calls let other threads run."""

    def __init__(self, code: bytes) -> None:
        self._engine = loaded(code)
        self.prepare: Callable[..., None] = _PREPARE(self._engine.get_function_address("prepare"))
        self.run: Callable[..., None] = _RUN(self._engine.get_function_address("run"))


def loaded(code: bytes) -> Any:
    """Load an object file; the result gives addresses of functions for as long as it is kept.

    Code and constants lie in one piece of memory: the code reaches them however much the process holds.
    """
    binding = _binding()
    engine = binding.create_mcjit_compiler(binding.parse_assembly(""), _new_target(), use_lmm=True)
    engine.add_object_file(binding.ObjectFileRef.from_data(code))
    engine.finalize_object()
    return engine


@cache
def fingerprint() -> str:
    """Describe everything outside the program that machine code depends on."""
    import llvmlite

    binding = _binding()
    target = _target()
    features = binding.get_host_cpu_features().flatten()
    parts = (
        llvmlite.__version__,
        binding.llvm_version_info,
        target.triple,
        binding.get_host_cpu_name(),
        features,
    )
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def machine_code(text: str) -> bytes:
    """Compile LLVM text to an object file for this machine."""
    _log.info("compiling the model, once; takes a few seconds")
    binding = _binding()
    module = binding.parse_assembly(f"{text}\n{_ROOM}\n")
    module.triple = _target().triple
    module.data_layout = str(_target().target_data)
    module.verify()
    return bytes(_target().emit_object(module))


@cache
def batch_target() -> Target:
    """Give how wide and how long code for many runs is on this machine."""
    return MANY_REGISTERS if _binding().get_host_cpu_features().get("avx512f") else NATIVE


@cache
def _binding() -> Any:
    import llvmlite.binding as binding

    binding.initialize_native_target()
    binding.initialize_native_asmprinter()
    return binding


@cache
def _target() -> Any:
    return _new_target()


def _new_target() -> Any:
    """Give the machine that code is made for: this one. What loads code owns the target it is given."""
    binding = _binding()
    return binding.Target.from_default_triple().create_target_machine(
        cpu=binding.get_host_cpu_name(),
        features=binding.get_host_cpu_features().flatten(),
        opt=_LEVEL,
        jit=True,
        reloc="pic",
        codemodel="small",
    )
