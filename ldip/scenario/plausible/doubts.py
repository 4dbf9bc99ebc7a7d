"""All that hardly can be in a scenario, of what its files alone tell."""

from ldip.errors import Doubt
from ldip.scenario.plausible.looking import Looking
from ldip.scenario.plausible.people import look_at_ages, look_at_demand, look_at_people
from ldip.scenario.plausible.plan import look_at_areas, look_at_plan
from ldip.scenario.plausible.settings import look_at_others, look_at_settings
from ldip.scenario.schema import Scenario


def doubts(scenario: Scenario) -> list[Doubt]:
    """The doubts about a scenario, table by table: none where every figure is within what municipalities have."""
    looking = Looking(scenario)
    if not look_at_people(looking):
        return looking.told()
    for look in (look_at_ages, look_at_plan, look_at_areas, look_at_demand):
        look(looking)
    look_at_settings(looking)
    look_at_others(looking)
    return looking.told()
