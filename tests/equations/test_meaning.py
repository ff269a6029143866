"""The hash of equations: the same for all ways of writing the same, another for what means something else."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from twintrack.engines.llvm.engine import NativeEngine
from twintrack.equations import Equations, load_equations
from twintrack.equations.meaning import meaning

PLAIN = """{UTF-8}
size : small, large ~ ~ |
price = 3 ~ MUSD/Year ~ What it costs. Source: assumption. |
weight[size] = 1, 2 ~ Dmnl ~ |
effect((0,0),(2,4),(5,6)) ~ Dmnl ~ |
stock = INTEG(price - drain, 7) ~ MUSD ~ |
drain = SMOOTH(price, 2) * effect(Time / 10) ~ MUSD/Year ~ |
late = DELAY FIXED(drain, 2, 0) ~ MUSD/Year ~ |
total[size] = IF THEN ELSE(stock > 1, weight[size] * stock, -stock) ~ MUSD ~ |
share[small] = total[small] ~ MUSD ~ |
share[large] = SUM(total[size!]) ~ MUSD ~ |
FINAL TIME = 4 ~ Year ~ |
INITIAL TIME = 0 ~ Year ~ |
SAVEPER = 0.5 ~ Year ~ |
TIME STEP = 0.25 ~ Year ~ |
"""


def loaded(folder: Path, text: str, name: str = "model.mdl") -> Equations:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return load_equations(path)


def changed(old: str, new: str) -> str:
    assert PLAIN.count(old) == 1
    return PLAIN.replace(old, new)


def moved(name: str) -> str:
    """The text with one equation at its end."""
    line = next(line for line in PLAIN.splitlines(keepends=True) if line.startswith(name))
    return PLAIN.replace(line, "") + line


@pytest.mark.parametrize(
    "text",
    [
        changed("What it costs. Source: assumption.", "Otherwise. Source: somebody."),
        changed("INTEG(price - drain, 7)", "INTEG (\n\tprice-drain , 7.0\n)"),
        changed("stock = INTEG", "Stock = INTEG"),
        changed("stock = INTEG(price - drain, 7) ~ MUSD", "stock = INTEG(price - drain, 7) ~ MUSD*1"),
        changed("{UTF-8}\n", "{UTF-8}\n\n\n********\n\t.Part\n********~\n\tA group.\n\t|\n\n"),
        moved("drain"),
        moved("late"),
        moved("effect"),
        moved("weight"),
    ],
    ids=["comment", "blanks", "capitals", "unit", "group", "state", "second state", "lookup", "constants"],
)
def test_what_means_the_same_has_one_hash(tmp_path: Path, text: str) -> None:
    plain = loaded(tmp_path, PLAIN)
    assert text != PLAIN and loaded(tmp_path, text, "other.mdl").hash == plain.hash


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("price - drain, 7", "price + drain, 7"),
        ("price - drain, 7", "price - drain, 8"),
        ("price = 3", "price = 3.0000001"),
        ("MUSD/Year ~ What", "MUSD ~ What"),
        ("weight[size] = 1, 2", "weight[size] = 2, 1"),
        ("(2,4)", "(2,5)"),
        ("(2,4)", "(3,4)"),
        ("(2,4)", "(2,4),(3,4)"),
        ("SMOOTH(price, 2)", "SMOOTH(price, 3)"),
        ("SMOOTH(price, 2)", "SMOOTHI(price, 2, 0)"),
        ("SMOOTH(price, 2)", "DELAY1(price, 2)"),
        ("DELAY FIXED(drain, 2, 0)", "DELAY FIXED(drain, 3, 0)"),
        ("stock > 1", "stock >= 1"),
        ("weight[size] * stock,", "stock * weight[size],"),
        ("share[small] = total[small]", "share[small] = total[large]"),
        ("SUM(total[size!])", "VMAX(total[size!])"),
        ("size : small, large", "size : large, small"),
        ("size : small, large", "size : small, large, huge"),
        ("TIME STEP = 0.25", "TIME STEP = 0.125"),
        ("FINAL TIME = 4", "FINAL TIME = 5"),
        ("SAVEPER = 0.5", "SAVEPER = 1"),
        ("late = ", "later = "),
    ],
)
def test_what_means_something_else_has_another_hash(tmp_path: Path, old: str, new: str) -> None:
    text = changed(old, new)
    if "huge" in new:
        text = text.replace("= 1, 2 ~", "= 1, 2, 3 ~") + "share[huge] = 0 ~ MUSD ~ |\n"
    assert loaded(tmp_path, text).hash != loaded(tmp_path, PLAIN, "other.mdl").hash


def test_numbers_in_another_file_count_and_its_remarks_do_not(tmp_path: Path) -> None:
    text = PLAIN.replace("price = 3", "price = GET DIRECT CONSTANTS('numbers.csv', ',', 'B1')")
    hashes = []
    for content in ("price,3\n", "price,3,as was told\n", "price,4\n"):
        (tmp_path / "numbers.csv").write_text(content, encoding="utf-8")
        hashes.append(loaded(tmp_path, text).hash)
    assert hashes[0] == hashes[1] != hashes[2]


def test_the_hash_is_kept_with_a_stored_translation_and_has_nothing_of_places(tmp_path: Path) -> None:
    first, again = (loaded(tmp_path, PLAIN) for _ in range(2))
    assert first.hash == again.hash == meaning(again)
    variables = {
        name: replace(item, line=1, documentation="", source="", group="", equation="", title="")
        for name, item in first.variables.items()
    }
    assert meaning(replace(first, path="elsewhere", variables=variables)) == first.hash


@pytest.mark.slow
def test_every_comment_of_the_model_of_this_checkout_may_change(content: Path, tmp_path: Path) -> None:
    text = (content / "model" / "twintrack.mdl").read_text(encoding="utf-8")
    other, count = re.subn(r"Source: ", "Said by: ", text)
    assert count > 100
    # Comments say where a constant comes from, and nothing else depends on them.
    assert loaded(tmp_path, other).hash == load_equations(content / "model" / "twintrack.mdl").hash


def test_a_long_sum_has_a_hash(tmp_path: Path) -> None:
    long = PLAIN.replace("price = 3", f"price = {' + '.join(['3'] * 300)}")
    assert loaded(tmp_path, long).hash != loaded(tmp_path, PLAIN).hash


def test_code_compiled_for_states_in_one_order_does_not_serve_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Delays are as long as the run says: the length belongs to the state, not to its number."""
    monkeypatch.setenv("TWINTRACK_CACHE", str(tmp_path / "cache"))
    lines = [f"{name} = DELAY FIXED(Time + 10, {name} time, 0) ~ ~ |\n" for name in ("a", "b")]
    rest = "a time = 1 ~ ~ |\nb time = 1 ~ ~ |\n" + PLAIN[PLAIN.index("FINAL") :]
    one, other = (
        loaded(tmp_path, "{UTF-8}\n" + "".join(order) + rest, f"{number}.mdl")
        for number, order in enumerate((lines, lines[::-1]))
    )
    assert one.hash == other.hash
    for equations, lengths in ((one, (2.0, 3.0)), (other, (3.0, 2.0))):
        given = dict(zip(("a_time", "b_time"), lengths, strict=True))
        values = NativeEngine(equations).run(given, {}, ["a", "b"])
        for name, length in zip(("a", "b"), lengths, strict=True):
            started = equations.time.saved >= length
            wanted = np.where(started, equations.time.saved - length + 10, 0)
            np.testing.assert_array_equal(values[name][:, 0], wanted)
