"""What stands for the widget where no kernel runs: the page, and the link that it begins with.

Jupyter keeps of a widget only its number. So a cell that shows sliders has two more outputs, which a running
Jupyter does not let see: the page, packed, which a script shows where no widget comes up; and the link, which
is told anew with each move, as it alone changes. The page is written once, at some 0.5 MB.
"""

from __future__ import annotations

import base64
import gzip
import html
import json
from typing import Any

from twintrack.hands_on.page import read_part

HEIGHT = 920
"""Pixels of a frame."""
PATIENCE = 6000
"""Milliseconds that a notebook opened anew is given to bring up the widget itself."""
LINK_PLACE = "the link of the notebook"
"""What the page has for a link, until its script puts in the one that the notebook holds."""

Bundle = dict[str, Any]
"""An output of a notebook by kinds of media."""


def page_bundle(key: str, page: str) -> Bundle:
    """Give the output that holds the page of the widget `key`; its link is LINK_PLACE."""
    packed = base64.b64encode(gzip.compress(page.encode(), 9, mtime=0)).decode()
    asked = ",".join(map(json.dumps, (key, LINK_PLACE, HEIGHT, PATIENCE)))
    script = f"{read_part('exported.js').rstrip()}({asked});"
    held = f'<script type="application/octet-stream">{packed}</script>'
    return {"text/html": f'<div data-twintrack-page="{key}">{held}</div><script>{script}</script>'}


def link_bundle(key: str, link: str) -> Bundle:
    """Give the output that holds what stands on the sliders of the widget `key`."""
    return {"text/html": f'<i hidden data-twintrack-link="{key}">{html.escape(link)}</i>'}
