"""In which sector of the model levers act and world parameters stand: sliders are folded by it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from twintrack.names import split_element

if TYPE_CHECKING:
    from twintrack.core import Core


def world_sectors(model: Core) -> dict[str, str]:
    """Give the sector of the model that each world parameter stands in, in the model's order of sectors."""
    variables = model.equations.variables
    order = list(dict.fromkeys(variable.group for variable in variables.values()))
    found = {name: variables[split_element(name)[0]].group for name in model.world}
    return dict(sorted(found.items(), key=lambda item: order.index(item[1])))


def lever_sectors(model: Core) -> dict[str, str]:
    """Give the sector of the model that each lever acts on.

    Many levers act on several sectors at once: named is the one that the fewest levers act on.
    """
    acts = {name: _acts_on(model, name) for name in model.levers}
    levers = Counter(sector for sectors in acts.values() for sector in sectors)
    own = model.equations.variables
    return {
        name: min(sectors, key=lambda sector: levers[sector]) if sectors else own[name].group
        for name, sectors in acts.items()
    }


def _acts_on(model: Core, lever: str) -> list[str]:
    """Give the sectors that use a lever, also by way of what stands in the lever's own sector."""
    variables, uses = model.equations.variables, model.equations.uses
    own = variables[lever].group
    users = [
        other for user in uses(lever) for other in ([user] if variables[user].group != own else uses(user))
    ]
    return list(dict.fromkeys(variables[user].group for user in users))
