"""What a posterior was made from, without the libraries that read its worlds."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from twintrack.inputs.world import WorldParameter
from twintrack.stored import stored
from twintrack.worlds.basis import prior_hash
from twintrack.worlds.posterior import PosteriorRecord, read_posterior


def good_record(path: Path, parameters: Mapping[str, WorldParameter]) -> PosteriorRecord:
    """Give the record of a posterior that `read_posterior` finds good; raises InputError as that does.

    A file that was found good is known by its bytes, so that it is read whole only once: pandas and pyarrow,
    which read it, take longer to import than all else that `twintrack check` does.
    """
    try:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return read_posterior(path, parameters).about  # says what is wrong
    described = f"{digest} {prior_hash(parameters)}"
    return stored(
        "posterior", described, ("worlds",), PosteriorRecord, lambda: read_posterior(path, parameters).about
    )
