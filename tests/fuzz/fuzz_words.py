"""Words of the command line: good ones, wrong ones, and strange ones."""

from __future__ import annotations

import subprocess
import sys

from fuzz_place import Case, FaultError, Place
from hypothesis import strategies as st

STRANGE = (
    *(
        "",
        " ",
        "nobody",
        "fast",
        "open",
        "0.6 fast + 0.4 open",
        "60% fast + 40% open",
        "1/3 fast + 2/3 open",
        "{a}",
    ),
    *(
        "{0:>300000000}",
        "-1",
        "0",
        "1e999",
        "nan",
        "2030",
        "2030,2040",
        "2030,",
        ",",
        "差距",
        "a" * 3000,
        "../..",
        "/",
    ),
    *(
        "/etc/passwd",
        "--",
        "-",
        "=",
        "a=b",
        "catchup_share=0.5",
        "catchup_share=2026:0.5,2030:0.8",
        "pace=",
        "=3",
    ),
    *(
        "catchup_share=.nan",
        "catchup_share=1e999",
        "catchup_share=2020:0.5",
        "catchup_share={a: 1}",
        "catchup_share=[1",
    ),
    *(
        "catchup_share=&a 1",
        "catchup_share=*a",
        "pace=4",
        "pace=2026:3,2030:4",
        "fast:catchup_share=0.6",
        "pace=x",
        "\udcff",
    ),
    *(
        "fast + open",
        "0.5 fast + 0.5 fast",
        "0.6 fast + 0.6 open",
        "1/0 fast + 1 open",
        "-1 fast + 2 open",
        "nan fast",
    ),
)
WORDS = st.sampled_from(STRANGE) | st.text(
    st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), max_size=12
)
OPTIONS = {
    "run": (
        "--scenario",
        "--set",
        "--world",
        "--years",
        "--json",
        "--all-variables",
        "--csv",
        "--plot",
        "--engine",
    ),
    "compare": ("--scenario", "--set", "--world", "--years", "--json"),
    "ensemble": (
        *(
            "--scenario",
            "--set",
            "--world",
            "--years",
            "--json",
            "--runs",
            "--seed",
            "--design",
            "--prior",
            "--worlds",
        ),
        *("--resample", "--factorial", "--outputs", "--resume"),
    ),
    "check": (),
    "list": ("--json",),
    "explain": ("--json",),
    "new": ("--extends", "--force"),
    "report": (),
}
FLAGS = {"--json", "--all-variables", "--prior", "--resample", "--resume", "--force"}
WRONG: tuple[tuple[tuple[str, ...], str], ...] = (
    (("run", "nobody"), "nobody"),
    (("run", "fast", "--set", "catchup_share=7"), "catchup_share"),
    (("run", "fast", "--set", "catchup_share=.nan"), "catchup_share"),
    (("run", "fast", "--set", "catchup_share=1e999"), "catchup_share"),
    (("run", "fast", "--set", "catchup_share=2020:0.5"), "--set catchup_share"),
    (("run", "fast", "--set", "catchup_share=2026:0.5,2026:0.6"), "--set"),
    (("run", "fast", "--set", "nobody=1"), "--set nobody"),
    (("run", "fast", "--set", "catchup_share"), "--set"),
    (("run", "fast", "--set", "catchup_share=0.5", "--set", "catchup_share=0.6"), "--set"),
    (("run", "fast", "--world", "pace=.inf"), "--world pace"),
    (("run", "fast", "--world", "pace={a: 1}"), "--world pace"),
    (("run", "fast", "--world", "catchup_share=1"), "--world"),
    (("run", "fast", "--scenario", "nobody"), "nobody"),
    (("run", "fast", "--years", "1999"), "year 1999"),
    (("run", "fast", "--years", "2030.1"), "year 2030.1"),
    (("run", "fast", "--years", "nan"), "year nan"),
    (("run", "fast", "--years", "abc"), "--years"),
    (("run", "fast", "--nobody"), "--nobody"),
    (("compare", "fast", "fast"), "fast"),
    (("run", "0.6 fast + 0.6 open"), "0.6 fast"),
    (("run", "0.6 fast + 0.4 nobody"), "nobody"),
    (("run", "fast + nobody"), "nobody"),
    (("run", "nan fast + 1 open"), "nan fast"),
    (("run", "1/0 fast + 1 open"), "1/0 fast"),
    (("ensemble", "fast", "--runs", "0", "--out", "s"), "worlds"),
    (("ensemble", "fast", "--runs", "-3", "--out", "s"), "worlds"),
    (("ensemble", "fast", "--runs", "10", "--seed", "-1", "--out", "s"), "seed"),
    (("ensemble", "fast", "--runs", "10", "--outputs", "nobody", "--out", "s"), "nobody"),
    (("ensemble", "fast", "--runs", "10", "--years", "2030.1", "--out", "s"), "2030.1"),
    (("ensemble", "fast", "--runs", "10", "--workers", "0", "--out", "s"), "workers"),
    (("ensemble", "fast", "--worlds", "nobody.csv", "--out", "s"), "nobody.csv"),
    (("ensemble", "fast", "--factorial", "catchup_share=0.5,nan", "--out", "s"), "catchup_share"),
    (("ensemble", "fast", "--factorial", "catchup_share=0.5,0.5", "--out", "s"), "catchup_share"),
    (("ensemble", "fast", "--factorial", "catchup_share=7", "--out", "s"), "catchup_share"),
    (("explain", "nobody at all"), "nobody"),
    (("explain", ""), "name"),
    (("check", "nobody.yaml"), "nobody.yaml"),
    (("list", "nobody"), "nobody"),
    (("report", "nobody"), "nobody"),
    (("new", "../x"), "../x"),
    (("new", "fast"), "fast"),
    (("model", "simulate", "nobody.mdl", "--json"), "nobody.mdl"),
)


@st.composite
def word_cases(draw: st.DrawFn) -> Case:
    """Draw a command with its words."""
    if draw(st.integers(0, 3)) == 0:
        words, told = draw(st.sampled_from(WRONG))
        return Case(commands=(words,), wrong=told, what="wrong")
    command = draw(st.sampled_from(sorted(OPTIONS)))
    words: list[str] = [command]
    words += draw(st.lists(st.sampled_from(("fast", "open", "baseline", "turning")) | WORDS, max_size=3))
    for option in draw(st.lists(st.sampled_from(OPTIONS[command] or ("--help",)), max_size=3)):
        words += [option] if option in FLAGS else [option, draw(WORDS)]
    if command == "ensemble":
        words += ["--out", "store", "--workers", "1"]
        words = [word for word in words if not word.strip().isdigit() or len(word) < 5]
    return Case(commands=(tuple(words),), what=command)


@st.composite
def process_cases(draw: st.DrawFn) -> Case:
    """Draw a command that is called as a process of its own, as users do."""
    case = draw(word_cases())
    words = [word for word in case.commands[0] if "\udcff" not in word]
    return Case(call=lambda place: _run(place, words), what=" ".join(words))


def _run(place: Place, words: list[str]) -> None:
    command = [sys.executable, "-m", "twintrack", *words]
    try:
        ended = subprocess.run(command, cwd=place.work, capture_output=True, timeout=300, check=False)
    except subprocess.TimeoutExpired:
        raise FaultError("hang", " ".join(words)) from None
    told = ended.stderr.decode(errors="replace")
    if ended.returncode not in (0, 1, 2) or (ended.returncode and not told.strip()):
        raise FaultError("exit code", f"{' '.join(words)} ended with {ended.returncode}: {told[-300:]}")
    if "Traceback" in told:
        raise FaultError("traceback", f"{' '.join(words)}: {told[-500:]}")
