"""Models for the unit check: for every rule an equation that keeps it and one that breaks it."""

from __future__ import annotations

from pathlib import Path

CONTROL = "".join(
    f"{name} = {value} ~ Year ~ |\n"
    for name, value in (("INITIAL TIME", 0), ("FINAL TIME", 4), ("TIME STEP", 0.25), ("SAVEPER", 0.5))
)
GIVEN = """{UTF-8}
route: scale, lean ~ ~ |
money = 5 ~ CNY ~ |
rent = 2 ~ CNY/Year ~ |
staff = 7 ~ persons ~ |
area = 9 ~ m*m ~ |
delay = 3 ~ Year ~ |
rate = 0.1 ~ 1/Year ~ |
share = 0.5 ~ Dmnl ~ |
costs[route] = 3, 4 ~ CNY ~ |
table((0,0),(1,2)) ~ CNY ~ |
"""


def write_model(folder: Path, text: str) -> Path:
    """Write equations beside those that are given."""
    path = folder / "model.mdl"
    path.write_text(f"{GIVEN}{text}\n{CONTROL}", encoding="utf-8")
    return path


RULES: dict[str, tuple[str, str, str]] = {
    "both sides": (
        "x = money ~ CNY ~ |",
        "x = money ~ persons ~ |",
        "declared persons, but the equation gives CNY",
    ),
    "sum": (
        "x = money + rent*delay ~ CNY ~ |",
        "x = money + staff ~ CNY ~ |",
        "adds CNY (money) and persons (staff)",
    ),
    "difference": (
        "x = rent - money/delay ~ CNY/Year ~ |",
        "x = rent - money ~ CNY/Year ~ |",
        "subtracts CNY (money) from CNY/Year (rent)",
    ),
    "product": ("x = money*rate ~ CNY/Year ~ |", "x = money*rate ~ CNY ~ |", "the equation gives CNY/Year"),
    "quotient": ("x = money/staff ~ CNY/persons ~ |", "x = money/staff ~ CNY ~ |", "gives CNY/persons"),
    "sign": ("x = -money ~ CNY ~ |", "x = -money ~ Dmnl ~ |", "gives CNY"),
    "comparison": (
        "x = IF THEN ELSE(money > rent*delay, 1, 0) ~ Dmnl ~ |",
        "x = IF THEN ELSE(money > delay, 1, 0) ~ Dmnl ~ |",
        "compares CNY (money) with Year (delay)",
    ),
    "comparison inside logic": (
        "x = IF THEN ELSE(share > 0 :AND: :NOT: money = 2, 1, 0) ~ Dmnl ~ |",
        "x = IF THEN ELSE(share > 0 :AND: :NOT: money = staff, 1, 0) ~ Dmnl ~ |",
        "compares CNY (money) with persons (staff)",
    ),
    "branches": (
        "x = IF THEN ELSE(share > 0, money, rent*delay) ~ CNY ~ |",
        "x = IF THEN ELSE(share > 0, money, rent) ~ CNY ~ |",
        "gives CNY (money) or CNY/Year (rent), as the condition is",
    ),
    "max": ("x = MAX(money, 0) ~ CNY ~ |", "x = MAX(money, staff) ~ CNY ~ |", "takes the MAX of CNY (money)"),
    "min": ("x = MIN(money, 2) ~ CNY ~ |", "x = MIN(money, staff) ~ CNY ~ |", "takes the MIN of CNY (money)"),
    "modulo": (
        "x = MODULO(Time, delay) ~ Year ~ |",
        "x = MODULO(Time, share) ~ Year ~ |",
        "MODULO of Year (Time)",
    ),
    "quantum": (
        "x = QUANTUM(money, 5) ~ CNY ~ |",
        "x = QUANTUM(money, share) ~ CNY ~ |",
        "to multiples of Dmnl",
    ),
    "kept": ("x = ABS(INTEGER(money)) ~ CNY ~ |", "x = ABS(INTEGER(money)) ~ Dmnl ~ |", "gives CNY"),
    "exp": (
        "x = EXP(-delay*rate) ~ Dmnl ~ |",
        "x = EXP(-delay) ~ Dmnl ~ |",
        "EXP needs Dmnl, but is given Year",
    ),
    "result of exp": ("x = money*EXP(2) ~ CNY ~ |", "x = EXP(share) ~ CNY ~ |", "the equation gives Dmnl"),
    "ln": ("x = LN(share) ~ Dmnl ~ |", "x = LN(money) ~ Dmnl ~ |", "LN needs Dmnl, but is given CNY (money)"),
    "log": ("x = LOG(share, 10) ~ Dmnl ~ |", "x = LOG(share, money) ~ Dmnl ~ |", "LOG needs Dmnl"),
    "sine": (
        "x = SIN(Time*rate) ~ Dmnl ~ |",
        "x = SIN(Time) ~ Dmnl ~ |",
        "SIN needs Dmnl, but is given Year (Time)",
    ),
    "arc tangent": ("x = ARCTAN(share) ~ Dmnl ~ |", "x = ARCTAN(rate) ~ Dmnl ~ |", "ARCTAN needs Dmnl"),
    "square": ("x = delay^2 ~ Year*Year ~ |", "x = delay^2 ~ Year ~ |", "the equation gives Year*Year"),
    "cube": (
        "x = POWER(delay, 3) ~ Year*Year*Year ~ |",
        "x = POWER(delay, 3) ~ Year ~ |",
        "the equation gives Year*Year*Year",
    ),
    "half power": ("x = area^0.5 ~ m ~ |", "x = area^0.5 ~ m*m ~ |", "the equation gives m"),
    "base of other powers": (
        "x = (money/rent*rate)^1.5 ~ Dmnl ~ |",
        "x = money^1.5 ~ Dmnl ~ |",
        "needs Dmnl, but is taken of CNY (money)",
    ),
    "negative power": (
        "x = share^(-1) ~ Dmnl ~ |",
        "x = delay^(-1) ~ 1/Year ~ |",
        "is taken of Year (delay)",
    ),
    "exponent": (
        "x = share^share ~ Dmnl ~ |",
        "x = share^delay ~ Dmnl ~ |",
        "an exponent must be Dmnl, but is Year",
    ),
    "variable power": ("x = 2^share ~ Dmnl ~ |", "x = money^share ~ Dmnl ~ |", "is taken of CNY (money)"),
    "root": ("x = SQRT(area*4) ~ m ~ |", "x = SQRT(money) ~ CNY ~ |", "SQRT needs a unit of even powers"),
    "safe ratio": (
        "x = ZIDZ(money, staff) ~ CNY/persons ~ |",
        "x = ZIDZ(money, staff) ~ CNY ~ |",
        "CNY/persons",
    ),
    "ratio or else": (
        "x = XIDZ(money, delay, rent) ~ CNY/Year ~ |",
        "x = XIDZ(money, delay, money) ~ CNY/Year ~ |",
        "XIDZ gives CNY/Year, or else CNY (money)",
    ),
    "time": ("x = Time - delay ~ Year ~ |", "x = Time*share ~ Dmnl ~ |", "the equation gives Year"),
    "time step": ("x = money/TIME STEP ~ CNY/Year ~ |", "x = money/TIME STEP ~ CNY ~ |", "gives CNY/Year"),
    "step": ("x = STEP(money, 3) ~ CNY ~ |", "x = STEP(money, staff) ~ CNY ~ |", "STEP takes a time in Year"),
    "ramp": ("x = RAMP(rent, 1, delay) ~ CNY ~ |", "x = RAMP(rent, 1, delay) ~ CNY/Year ~ |", "gives CNY"),
    "pulse": (
        "x = PULSE(delay, 1) ~ Dmnl ~ |",
        "x = PULSE(share, 1) ~ Dmnl ~ |",
        "PULSE takes a time in Year",
    ),
    "pulses": (
        "x = PULSE TRAIN(1, 0.5, delay, 7) ~ Dmnl ~ |",
        "x = PULSE TRAIN(1, 0.5, rate, 7) ~ Dmnl ~ |",
        "PULSE TRAIN takes a time in Year, but is given 1/Year (rate)",
    ),
    "literals in sums": ("x = 1 + money ~ CNY ~ |", "x = 1 + money ~ Dmnl ~ |", "the equation gives CNY"),
    "literals in products": ("x = 2*money ~ CNY ~ |", "x = 1/delay ~ Year ~ |", "the equation gives 1/Year"),
    "constants": ("x = 3 ~ persons ~ |", "x = 3 + 0*money ~ persons ~ |", "the equation gives CNY"),
    "sum over a range": (
        "x = SUM(costs[route!]) ~ CNY ~ |",
        "x = SUM(costs[route!]) ~ Dmnl ~ |",
        "gives CNY",
    ),
    "largest of a range": (
        "x = VMAX(costs[route!]) ~ CNY ~ |",
        "x = VMAX(costs[route!]) ~ Dmnl ~ |",
        "gives CNY",
    ),
    "product over a range": (
        "x = PROD(costs[route!]) ~ CNY*CNY ~ |",
        "x = PROD(costs[route!]) ~ CNY ~ |",
        "the equation gives CNY*CNY",
    ),
    "lookup": ("x = table(share) ~ CNY ~ |", "x = table(share) ~ Dmnl ~ |", "the equation gives CNY"),
    "table inside": (
        "x = WITH LOOKUP(share, ((0,0),(1,2))) ~ CNY ~ |",
        "x = WITH LOOKUP(money + delay, ((0,0),(1,2))) ~ CNY ~ |",
        "adds CNY (money) and Year (delay)",
    ),
    "flow": (
        "x = INTEG(rent, 5) ~ CNY ~ |",
        "x = INTEG(money, 5) ~ CNY ~ |",
        "the flow must be CNY/Year, but is CNY",
    ),
    "beginning of a stock": (
        "x = INTEG(rent, money) ~ CNY ~ |",
        "x = INTEG(rent, staff) ~ CNY ~ |",
        "the stock is CNY, but begins with persons (staff)",
    ),
    "smooth": ("x = SMOOTH(money, delay) ~ CNY ~ |", "x = SMOOTH(money, delay) ~ CNY/Year ~ |", "gives CNY"),
    "time of a smooth": (
        "x = SMOOTH3I(money, 2, 1) ~ CNY ~ |",
        "x = SMOOTH3I(money, staff, 1) ~ CNY ~ |",
        "SMOOTH takes a time in Year, but is given persons (staff)",
    ),
    "beginning of a smooth": (
        "x = SMOOTHI(money, delay, 3*money) ~ CNY ~ |",
        "x = SMOOTHI(money, delay, staff) ~ CNY ~ |",
        "SMOOTH follows CNY, but begins with persons (staff)",
    ),
    "delay": ("x = DELAY3(money, delay) ~ CNY ~ |", "x = DELAY1(money, delay) ~ CNY*Year ~ |", "gives CNY"),
    "time of a delay": (
        "x = DELAY N(money, 2, money, 4) ~ CNY ~ |",
        "x = DELAY N(money, staff, money, 4) ~ CNY ~ |",
        "DELAY takes a time in Year, but is given persons (staff)",
    ),
    "beginning of a delay": (
        "x = DELAY1I(money, delay, 1) ~ CNY ~ |",
        "x = DELAY1I(money, delay, staff) ~ CNY ~ |",
        "DELAY follows CNY, but begins with persons (staff)",
    ),
    "pipe": (
        "x = DELAY FIXED(money, delay, 0) ~ CNY ~ |",
        "x = DELAY FIXED(money, share, 0) ~ CNY ~ |",
        "DELAY FIXED takes a time in Year, but is given Dmnl (share)",
    ),
    "trend": ("x = TREND(money, 3, 0.1) ~ 1/Year ~ |", "x = TREND(money, 3, 0.1) ~ Dmnl ~ |", "gives 1/Year"),
    "beginning of a trend": (
        "x = TREND(money, delay, rate) ~ 1/Year ~ |",
        "x = TREND(money, delay, share) ~ 1/Year ~ |",
        "TREND is 1/Year, but begins with Dmnl (share)",
    ),
    "forecast": (
        "x = FORECAST(money, 3, 2) ~ CNY ~ |",
        "x = FORECAST(money, 3, share) ~ CNY ~ |",
        "FORECAST takes a time in Year, but is given Dmnl (share)",
    ),
    "sample": (
        "x = SAMPLE IF TRUE(share > 0, money, 0) ~ CNY ~ |",
        "x = SAMPLE IF TRUE(share > 0, money, staff) ~ CNY ~ |",
        "SAMPLE IF TRUE follows CNY, but begins with persons (staff)",
    ),
    "condition of a sample": (
        "x = SAMPLE IF TRUE(money > 3, money, 0) ~ CNY ~ |",
        "x = SAMPLE IF TRUE(money > staff, money, 0) ~ CNY ~ |",
        "compares CNY (money) with persons (staff)",
    ),
    "unit of the beginning alone": (
        "x = SMOOTHI(3, delay, money) ~ CNY ~ |",
        "x = SMOOTHI(3, delay, money) ~ persons ~ |",
        "the equation gives CNY",
    ),
    "unit of the other case alone": (
        "x = XIDZ(3, 2, money) ~ CNY ~ |",
        "x = XIDZ(3, 2, money) ~ persons ~ |",
        "the equation gives CNY",
    ),
    "growth that is no forecast": (
        "x = staff*(1 + TREND(money, delay, rate)*delay) ~ persons ~ |",
        "x = staff*(1 + TREND(money, delay, rate)*delay) ~ CNY ~ |",
        "the equation gives persons",
    ),
    "initial": (
        "x = INITIAL(money*2) ~ CNY ~ |",
        "x = INITIAL(money*2) ~ Dmnl ~ |",
        "the equation gives CNY",
    ),
    "active initial": (
        "x = ACTIVE INITIAL(money, 3) ~ CNY ~ |",
        "x = ACTIVE INITIAL(money, staff) ~ CNY ~ |",
        "begins as persons (staff) and is then CNY (money)",
    ),
    "missing": ("x = share ~ Dmnl ~ |", "x = share ~ ~ |", "the unit is missing"),
    "no unit": (
        "x = share ~ fraction ~ |",
        "x = share ~ CNY/ ~ |",
        '"CNY/" is no unit: a name is missing at the end',
    ),
}
"""For each rule what keeps it, what breaks it, and a part of the reason that is told."""
