"""What a link says is one thing, whether the page reads it or Python does."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from ruamel.yaml import YAML

from twintrack.errors import InputError
from twintrack.hands_on.links import LONGEST, read_link
from twintrack.model import Model

if TYPE_CHECKING:
    from conftest import Component

CASES = YAML(typ="safe").load(Path(__file__).with_name("links.yaml").read_text(encoding="utf-8"))
FIRST: dict[str, Any] = {"s": "baseline", "a": "baseline", "c": "central", "b": "own", "w": {}}

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("link", CASES["read"])
def test_page_and_python_read_the_same(link: str, model: Model, component: Component, tmp_path: Path) -> None:
    expected = {**FIRST, "h": "representative", **CASES["read"][link]}
    told = component.ask(read=link)
    state = told["state"]
    assert {key: str(state[key]) if key == "h" else state[key] for key in expected} == expected
    assert told["dropped"] == [["link_model", "0123456789ab"]] * ("m=" in link)
    shown = read_link(model, link)
    read = {"a": shown.against, "c": shown.scenario, "b": shown.strategy.budget, "w": dict(shown.world)}
    assert read == {key: expected[key] for key in read}
    assert (shown.home or "representative") == expected["h"]
    path = tmp_path / "mine.yaml"
    path.write_text(component.ask(yaml=link)["yaml"], encoding="utf-8")
    saved, times = model.strategy(str(path)), model.equations.time.times
    for name in model.levers:
        np.testing.assert_allclose(
            saved.paths[name].at(times), shown.strategy.paths[name].at(times), rtol=1e-12
        )


@pytest.mark.parametrize("link", [*CASES["left_out"], f"s={'a' * LONGEST}"], ids=lambda link: link[:40])
def test_what_the_page_leaves_out_python_refuses(link: str, model: Model, component: Component) -> None:
    assert component.ask(read=link)["dropped"]
    with pytest.raises(InputError):
        read_link(model, link)
