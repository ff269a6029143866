"""Sliders in notebooks, from Python's side: the link goes both ways, and the frame holds the whole page."""

from __future__ import annotations

import base64
import gzip
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from twintrack.errors import InputError, TwinTrackError
from twintrack.hands_on import notebook
from twintrack.hands_on.exported import LINK_PLACE
from twintrack.hands_on.links import link_of, read_link
from twintrack.hands_on.notebook import Explorer, explore
from twintrack.model import Model

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def explorer(model: Model) -> Explorer:
    pytest.importorskip("anywidget")
    return explore(model, "pure_catchup", "decoupling", worlds=4, failure_tolerance=0.9)


def test_python_runs_what_stands_on_the_sliders(model: Model, explorer: Explorer) -> None:
    run = model.run("pure_catchup", "decoupling", representative=True, failure_tolerance=0.9)
    np.testing.assert_array_equal(explorer.run()["capability_index"], run["capability_index"])
    explorer.link = "s=explore_open&h=central&w=leader_agility=0.3"
    central = model.run("explore_open", world={"leader_agility": 0.3})
    np.testing.assert_array_equal(explorer.run()["capability_index"], central["capability_index"])
    explorer.link = "h=17"
    with pytest.raises(TwinTrackError, match="drawn world"):
        explorer.run()


def test_a_wrong_link_moves_nothing(explorer: Explorer) -> None:
    before = explorer.link
    for wrong in ("s=nothing", "l=catchup_share=7", "w=nothing=1"):
        with pytest.raises(InputError):
            explorer.link = wrong
    assert explorer.link == before


def test_what_is_saved_runs_as_it_stands(model: Model, explorer: Explorer, tmp_path: Path) -> None:
    explorer.link = "s=explore_open&l=failure_tolerance=0.7,2030,1,2035&h=central"
    explorer.save(tmp_path / "mine.yaml")
    run = model.run(str(tmp_path / "mine.yaml"))
    np.testing.assert_array_equal(run["capability_index"], explorer.run()["capability_index"])
    with pytest.raises(InputError, match="exists already"):
        explorer.save(tmp_path / "mine.yaml")


def test_a_link_begins_where_it_is_asked_to(model: Model) -> None:
    link = link_of(
        model, "pure_catchup", "decoupling", world={"leader_agility": 0.3}, levers={"catchup_share": 1.0}
    )
    shown = read_link(model, link)
    assert (shown.scenario, shown.world) == ("decoupling", {"leader_agility": 0.3})
    assert shown.strategy.paths["catchup_share"].at(2040) == 1.0
    with pytest.raises(InputError, match="nowhere"):
        link_of(model, "pure_catchup", "nowhere")


def test_a_frame_holds_the_whole_page(model: Model, tmp_path: Path) -> None:
    found = model.dashboard(worlds=4)
    assert found._repr_html_().startswith('<iframe srcdoc="&lt;!doctype html')
    found.save(tmp_path / "page.html")
    assert (tmp_path / "page.html").read_text(encoding="utf-8") == found.page


def test_a_cell_keeps_the_page_once_and_the_link_of_each_move(
    explorer: Explorer, monkeypatch: pytest.MonkeyPatch
) -> None:
    outputs: list[tuple[str, dict[str, Any]]] = []
    monkeypatch.setattr(
        notebook, "_display", lambda bundle, **options: outputs.append((bundle["text/html"], options))
    )
    explorer._ipython_display_()
    explorer.link = "s=explore_open&l=catchup_share=0.4"
    (widget, _), (link, first), (page, _), (moved, last) = outputs
    assert widget == "", "an export shows nothing in place of the widget itself"
    assert "catchup_share" not in link and "s=explore_open&amp;l=catchup_share=0.4" in moved
    assert (first["display_id"], None) == (last["display_id"], first.get("update")) and last["update"]
    packed = re.search(r'octet-stream">([^<]*)<', page)
    assert packed is not None
    text = gzip.decompress(base64.b64decode(packed[1])).decode()
    assert text.startswith("<!doctype html") and text.count(f'"{LINK_PLACE}"') == 1
