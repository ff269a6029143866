"""Compiling LLVM text for WebAssembly."""

from __future__ import annotations

from typing import Any

from twintrack.engines.wasm.linking import Linked, linked

_TRIPLE = "wasm32-unknown-unknown"
_FEATURES = "+simd128,+bulk-memory,+nontrapping-fptoint,+sign-ext"
_LEVEL = 2


def wasm_module(text: str) -> Linked:
    """Compile LLVM text to a module that exports its memory, `prepare` and `run` and imports nothing.

    A product and a sum are never rounded together: every browser gives the same bits.

    Raises TwinTrackError when the text calls the C library.
    """
    binding = _binding()
    target = binding.Target.from_triple(_TRIPLE).create_target_machine(opt=_LEVEL, features=_FEATURES)
    module = binding.parse_assembly(text)
    module.triple = _TRIPLE
    module.data_layout = str(target.target_data)
    module.verify()
    return linked(bytes(target.emit_object(module)), ("prepare", "run"))


def _binding() -> Any:
    import llvmlite.binding as binding

    binding.initialize_all_targets()
    binding.initialize_all_asmprinters()
    return binding
