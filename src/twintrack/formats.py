"""Numbers as readers see them."""

from __future__ import annotations

import datetime
import math
import os
import re

from twintrack.errors import Fault, InputError

DATE_VARIABLE = "SOURCE_DATE_EPOCH"
"""Environment variable that pins the date (reproducible-builds.org/specs/source-date-epoch)."""
MISSING = "–"
MOST_EXTRA_DIGITS = 2
"""Decimals that a small difference may have beyond those of its outcome."""


def number(value: float, spec: str) -> str:
    """Write a number by a Python format such as ".1f" or ".0%", with thousands separators.

    What is not finite becomes a dash; a rounded zero loses its sign.
    """
    if not math.isfinite(value):
        return MISSING
    text = format(value, grouped(spec))
    unsigned = text.removeprefix("-")
    some = any(digit in unsigned for digit in "123456789")
    return f"−{unsigned}" if some and unsigned != text else unsigned


def grouped(spec: str) -> str:
    """Add thousands separators to a fixed-point format (both Python's and d3's notation)."""
    return f",{spec}" if spec.endswith("f") and "," not in spec else spec


def signed(value: float, spec: str) -> str:
    """Write a difference with its sign; a rounded zero has none.

    A difference of shares (formats that end in %) is in percentage points, "pp".
    """
    text = number(abs(value), spec)
    if text.endswith("%"):
        text = f"{text[:-1]} pp"
    if not math.isfinite(value) or not any(digit in text for digit in "123456789"):
        return text
    return f"{'+' if value > 0 else '−'}{text}"


def share(value: float) -> str:
    """Write a share as a whole percentage; shares that are small but not zero are not shown as 0 or 100."""
    if not math.isfinite(value):
        return MISSING
    if 0 < value < 0.005:  # where rounding would say none
        return "<1%"
    if 0.995 <= value < 1:  # where rounding would say all
        return ">99%"
    return f"{value:.0%}"


def difference(value: float, spec: str) -> str:
    """Write the size of a difference with two digits at least, even where the outcome itself shows fewer.

    A difference of shares (formats that end in %) is written in percentage points, without a sign.
    """
    if not math.isfinite(value):
        return MISSING
    size = abs(value)
    if spec.endswith("%"):
        size, spec = 100 * size, f"{spec[:-1]}f"
    digits = re.fullmatch(r",?\.(\d)f", spec)
    if digits is None:
        return number(size, spec)
    wanted = 1 - math.floor(math.log10(size)) if size else 0
    decimals = min(max(int(digits[1]), wanted), int(digits[1]) + MOST_EXTRA_DIGITS)
    return number(size, f".{decimals}f")


def date(year: float) -> str:
    """Write a decimal year: 2026.0 as "2026", 2026.5 as "2026.5"."""
    return f"{year:.2f}".rstrip("0").rstrip(".")


def today() -> str:
    """Give the day that results bear; see `now`."""
    return now().date().isoformat()


def now() -> datetime.datetime:
    """Give the moment that results bear: SOURCE_DATE_EPOCH where it is set. Raises InputError."""
    given = os.environ.get(DATE_VARIABLE)
    if not given:
        return datetime.datetime.now(datetime.UTC)
    try:
        return datetime.datetime.fromtimestamp(int(given), datetime.UTC)
    except (ValueError, OverflowError, OSError):
        message = f'must be whole seconds since 1970, not "{given[:40]}"; correct it, or unset it'
        raise InputError(Fault(DATE_VARIABLE, message)) from None


_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def significant(value: float, digits: int = 3) -> str:
    """Write a number with some significant digits; very large and small ones as powers of ten.

    Whole digits are never cut off: 5264.56 is "5,265".
    """
    if not math.isfinite(value):
        return MISSING
    if value == 0:
        return "0"
    power = math.floor(math.log10(abs(float(f"{value:.{digits - 1}e}"))))
    if -4 < power < 9:
        text = number(value, f".{max(digits - 1 - power, 0)}f")
        return text.rstrip("0").rstrip(".") if "." in text else text
    mantissa = number(value / 10**power, f".{digits - 1}f")
    return f"{mantissa} × 10{str(power).translate(_SUPERSCRIPTS)}"


_SMALLEST_PLAIN, _LARGEST_PLAIN = 1e-3, 1e6
"""Values outside these sizes are written as powers of ten."""


def plain(value: float) -> str:
    """Write a value with as many digits as it needs, at most four; very large or small as a power of ten."""
    if value and not _SMALLEST_PLAIN <= abs(value) < _LARGEST_PLAIN:
        factor, power = f"{value:.2e}".split("e")
        return f"{factor}×10{str(int(power)).translate(_SUPERSCRIPTS)}"
    digits = max(0, 3 - math.floor(math.log10(abs(value)))) if value else 0
    text = f"{value:,.{digits}f}"
    return text.rstrip("0").rstrip(".") if digits else text


def parameter_value(value: float) -> str:
    """Write a value with three significant digits."""
    return plain(float(f"{value:.3g}"))
