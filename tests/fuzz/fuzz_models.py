"""Small models: equations of random form, known faults in them, and torn texts."""

from __future__ import annotations

from fuzz_place import Case
from hypothesis import strategies as st

GOOD = {
    "rate": "0.1+0.02*effort",
    "effort": "MAX(1, STEP(3, 2))-0.5",
    "stock": "INTEG(rate*stock-loss, 10)",
    "loss": "IF THEN ELSE(stock>12, 0.3, 0)",
    "table": "(0,0),(1,2),(5,3)",
    "seen": "table(stock/10)",
    "late": "SMOOTH(stock, 2)",
    "gone": "IF THEN ELSE(Time>1, :NA:, 1)",
}
CONTROL = {"INITIAL TIME": "0", "FINAL TIME": "4", "TIME STEP": "0.5", "SAVEPER": "1"}
WRONG_EQUATIONS = (
    *(
        "1+",
        "(1",
        "1)",
        "nobody*2",
        "1 2",
        "MAX(1)",
        "MAX()",
        "NO SUCH(1)",
        "INTEG(1)",
        "SMOOTH(1)",
        "1 & 2",
        "{1",
        "a[b]",
    ),
    *(
        "IF THEN ELSE(1)",
        "rate[home]",
        "stock stock",
        "1..2",
        '"open',
        "* 3",
        "GET XLS DATA('no.xlsx','a','b','c')",
    ),
    *(
        "GET DIRECT CONSTANTS('/etc/passwd',',','A1')",
        "GET DIRECT CONSTANTS('../../x.csv',',','A1')",
        "late late(2)",
    ),
    *("GET DIRECT CONSTANTS('" + "x" * 300 + ".csv',',','A1')", "差距", "1e", "=3", ":AND:", "\\"),
)
WRONG_CONTROL = (
    *(("TIME STEP", text) for text in ("0", "-1", "1e-9", "1e9", "1e-320", "abc", "", "nobody", "1e999")),
    *(("FINAL TIME", text) for text in ("-5", "1e300", "abc", "", "1e999")),
    *(("SAVEPER", text) for text in ("1e300", "abc", "-1", "nobody", "1e999")),
    *(("INITIAL TIME", text) for text in ("9", "abc", "", "1e999")),
)
WRONG_TEXTS = (
    "\n",
    "rate = 1\n",
    "Time = 3 ~~|\n",
    "time = 3 ~~|\n",
    "rate = 2 ~~|\n",
    ":MACRO: M(a)\nM = a*2 ~~|\n",
    "list: a, b ~~|\nx[list] = 1, 2, 3 ~~|\n",
    "circle = ring ~~|\nring = circle ~~|\n",
    "x[nobody] = 1 ~~|\n",
)
"""What makes the model wrong when it stands at its end; the first two stand in place of all of it."""

_NAMES = st.sampled_from((*GOOD, "Time"))
_NUMBERS = st.sampled_from(("0", "1", "2.5", "1e300", "1e-300", "-3", ".5", "007"))
_TWO = ("+", "-", "*", "/", "^", ">", "=", "<>")
_FUNCTIONS = (
    *(
        "ABS({0})",
        "EXP({0})",
        "LN({0})",
        "SQRT({0})",
        "INTEGER({0})",
        "MAX({0},{1})",
        "MIN({0},{1})",
        "MODULO({0},{1})",
    ),
    *("IF THEN ELSE({0}>{1},{1},{0})", "XIDZ({0},{1},1)", "ZIDZ({0},{1})", "STEP({0},{1})", "PULSE({0},{1})"),
    *(
        "RAMP({0},1,3)",
        "SMOOTH({0},{1})",
        "SMOOTH3I({0},{1},1)",
        "DELAY1({0},{1})",
        "DELAY3({0},{1})",
        "INITIAL({0})",
    ),
    *(
        "DELAY FIXED({0},{1},1)",
        "SAMPLE IF TRUE(Time>1,{0},{1})",
        "QUANTUM({0},{1})",
        "POWER({0},{1})",
        "-({0})",
    ),
    *(
        "ACTIVE INITIAL({0},{1})",
        "TREND({0},{1},0.1)",
        "FORECAST({0},{1},2)",
        "NPV({0},{1},0,1)",
        "table({0})",
        "NOT({0})",
    ),
    *(
        "INTEG({0},{1})",
        "RANDOM NORMAL(0,1,{0},{1},3)",
        "RANDOM UNIFORM(0,1,4)",
        "GAMMA LN({0})",
        "{0}:AND:{1}",
        ":NOT:{0}",
    ),
)


def _larger(part: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    two = st.builds("({}{}{})".format, part, st.sampled_from(_TWO), part)
    return two | st.builds(
        lambda form, one, other: form.format(one, other), st.sampled_from(_FUNCTIONS), part, part
    )


EQUATIONS = st.recursive(_NAMES | _NUMBERS, _larger, max_leaves=8)
LONG = (
    "+".join(["1"] * 400),
    "(" * 200 + "1" + ")" * 200,
    "IF THEN ELSE(1>0," * 80 + "1" + ",0)" * 80,
    "MAX(1," * 150 + "1" + ")" * 150,
    "-" * 300 + "1",
    "1" * 2000,
)


def written(equations: dict[str, str]) -> str:
    """Write equations as a model file."""
    text = {
        name: f"{name}({text})" if name == "table" else f"{name} = {text}" for name, text in equations.items()
    }
    return "{UTF-8}\n" + "".join(f"{one}\n\t~ Dmnl\n\t~ Source: assumption.\n\t|\n" for one in text.values())


@st.composite
def model_cases(draw: st.DrawFn) -> Case:
    """Draw a model."""
    equations = {**GOOD, **CONTROL}
    way = draw(
        st.sampled_from(
            ("equation", "control", "text", "random", "random", "random", "long", "torn", "bytes")
        )
    )
    name = draw(st.sampled_from(("rate", "effort", "loss", "seen", "late")))
    if way == "equation":
        equations[name] = draw(st.sampled_from(WRONG_EQUATIONS))
    if way == "control":
        key, value = draw(st.sampled_from(WRONG_CONTROL))
        equations[key] = value
    if way == "random":
        equations[name] = draw(EQUATIONS)
    if way == "long":
        equations[name] = draw(st.sampled_from(LONG))
    content = written(equations).encode()
    if way == "text":
        text = draw(st.sampled_from(WRONG_TEXTS))
        content = text.encode() if text in WRONG_TEXTS[:2] else content + text.encode()
    if way == "bytes":
        content = draw(
            st.sampled_from(
                (
                    b"",
                    b"\x00" * 9,
                    written(equations).encode("utf-16"),
                    content.replace(b"rate", "率".encode("gbk")),
                )
            )
        )
    if way == "torn":
        for _ in range(draw(st.integers(1, 3))):
            begin = draw(st.integers(0, len(content)))
            new = draw(
                st.sampled_from(
                    (
                        b"",
                        b"|",
                        b"~",
                        b"(",
                        b")",
                        b"[",
                        b"=",
                        b":",
                        b'"',
                        b"\xff",
                        b"{",
                        b",",
                        b"\\",
                        b":MACRO:",
                    )
                )
            )
            content = content[:begin] + new + content[begin + draw(st.integers(0, 6)) :]
    engine = draw(st.sampled_from(("auto", "auto", "numpy")))
    simulate = ("model", "simulate", "small.mdl", "--out", "out.csv", "--engine", engine)
    others = (("model", "units", "small.mdl"), ("model", "flatten", "small.mdl", "--out", "flat.mdl"))
    commands = draw(st.sampled_from(((simulate,), (simulate,), (simulate, *others))))
    known = way in ("equation", "control", "text")
    return Case({"work/small.mdl": content}, commands, wrong="small.mdl:" if known else "", what=way)
