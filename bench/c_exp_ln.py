"""Exponential and logarithm in C with 512-bit vectors, from the one definition that the engine has."""

from __future__ import annotations

from twintrack.engines.scalar.exp_ln import HIGHEST, LOWEST, exponential, logarithm

_ARITHMETIC = {"add": "add", "subtract": "sub", "multiply": "mul", "divide": "div"}
_ON_BITS = {"add": "add_epi64", "subtract": "sub_epi64", "left": "slli_epi64", "right": "srai_epi64"}


class _Registers:
    """Writes one C function with intrinsics; see `exp_ln.Registers`."""

    apart = True

    def __init__(self) -> None:
        self.lines: list[str] = []

    def put(self, kind: str, call: str, *args: str) -> str:
        name = f"x{len(self.lines)}"
        self.lines.append(f"    {kind} {name} = _mm512_{call}({', '.join(args)});")
        return name

    def literal(self, value: float) -> str:
        return f"ALL({value.hex()})"

    def fused(self, one: str, other: str, added: str) -> str:
        return self.put("V", "fmadd_pd", one, other, added)

    def arithmetic(self, op: str, one: str, other: str) -> str:
        return self.put("V", f"{_ARITHMETIC[op]}_pd", one, other)

    def bits_of(self, number: str) -> str:
        return self.put("__m512i", "castpd_si512", number)

    def number_of(self, bits: str) -> str:
        return self.put("V", "castsi512_pd", bits)

    def on_bits(self, op: str, bits: str, other: str | int) -> str:
        moved = op in ("left", "right")
        operand = f"_mm512_set1_epi64({other}L)" if isinstance(other, int) and not moved else str(other)
        return self.put("__m512i", _ON_BITS[op], bits, operand)

    def converted(self, bits: str) -> str:
        return self.put("V", "cvtepi64_pd", bits)


def wide_exp_ln() -> str:
    """Give `vexp` and `vln`; arguments are kept where exp has all its digits, and ln takes positive ones."""
    exp, ln = _Registers(), _Registers()
    inside = exp.put("V", "max_pd", exp.put("V", "min_pd", "x", exp.literal(HIGHEST)), exp.literal(LOWEST))
    both = (("vexp", exp, exponential(exp, inside)), ("vln", ln, logarithm(ln, "x")))
    return "\n".join(
        f"static inline V {name}(V x)\n{{\n{chr(10).join(to.lines)}\n    return {result};\n}}"
        for name, to, result in both
    )
