"""Chapter 2, dwellings and people: what is built, and who lives here (M2, M3)."""

from typing import NamedTuple

from ldip.model.accounts.inputs import Number, Opening, People, Plan, Weather


class Dwellings(NamedTuple):
    """Dwellings and persons. Those of the year are the average of its beginning and its end."""

    completions: Number
    extra_completions: Number
    new_dwellings: Number
    residents: Number
    closing_residents: Number
    working_age: Number


def close_dwellings(plan: Plan, weather: Weather, people: People, opening: Opening) -> Dwellings:
    """Dwellings completed, and the planned residents with those that dwellings beyond the programme have brought."""
    completions = dwellings_completed(plan.programme, weather.completion_factor)
    return Dwellings(
        completions=completions,
        extra_completions=completions - plan.programme,
        new_dwellings=opening.new_dwellings + completions,
        residents=plan.residents + people.residents,
        closing_residents=plan.closing_residents + people.closing_residents,
        working_age=plan.working_age + people.working_age,
    )


def dwellings_completed(programme, completion_factor):
    """Dwellings completed = programme x factor.  M2, M3."""
    return programme * completion_factor
