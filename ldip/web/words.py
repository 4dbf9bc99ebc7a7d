"""The page's own words, in two languages; names of figures come from the catalogue."""

from ldip.model.engine.simulate import PRESSURE, STEERED
from ldip.report.terminal import POLICY
from ldip.report.words import (
    ANSWER,
    ASSUMPTIONS,
    BASELINE_PATH,
    DIFFERENCE,
    EQUAL,
    EVENT,
    HALF,
    IN_YEAR,
    INVESTMENT_PLAN,
    LOWER,
    MEDIAN,
    NINE_OF_TEN,
    OPENS,
    PER_CENT,
    POINTS,
    RESTRUCTURING,
    YEAR,
    capital,
)
from ldip.text import Text

WORDS = {
    "lead": Text(
        "Flytt på forutsetningene og se hva som skjer i tusenvis av tenkte framtider.",
        "Move the assumptions and see what happens in thousands of possible futures.",
    ),
    "doubts": Text("Tall å se på ({count})", "Figures to look at ({count})"),
    "skip": Text("Til svaret", "To the answer"),
    "language": Text("Språk", "Language"),
    "assumptions": ASSUMPTIONS,
    "growth": Text("Vekstalternativ", "Growth alternative"),
    "growth_none": Text("Som i scenariet", "As in the scenario"),
    "others": Text("Stresstester og andre endringer", "Stress tests and other changes"),
    "restructuring": RESTRUCTURING,
    "slider": Text("{label}, skyveknapp", "{label}, slider"),
    "reset": Text("Nullstill", "Reset"),
    "reset_one": Text("Tilbakestill {label}", "Reset {label}"),
    "pin": Text("Fest alternativet", "Pin this alternative"),
    "copy": Text("Kopier lenke", "Copy link"),
    "copied": Text("Lenken er kopiert.", "The link is copied."),
    "not_copied": Text("Kopier adressen i adressefeltet.", "Copy the address from the address bar."),
    "download": Text("Last ned", "Download"),
    "downloading": Text("Lager filen …", "Making the file …"),
    "downloaded": Text("Lastet ned: {file}", "Downloaded: {file}"),
    "answer": ANSWER,
    "fans": Text("Hvilken vifte", "Which fan"),
    "fans_note": Text(
        "Press: hva som mangler om ingen griper inn. Styrt: hvor det ender når kommunen følger en enkel "
        "regler, og hvor mye tjenestene da må endres. Samme framtider i begge.",
        "Pressure: what lacks if nobody steps in. Steered: where it ends when the municipality follows "
        "its own rules, and how much the services must then change. The same futures in both.",
    ),
    "year": capital(YEAR),
    "median": MEDIAN,
    "nine_of_ten": Text("9 av 10 framtider: {low} til {high}", "9 of 10 runs: {low} to {high}"),
    "need_more": Text(
        "{unit}; større i 1 av 20 framtider ({share} % av utgiftene). Median {median}",
        "{unit}; larger in 1 of 20 runs ({share} % of spending). Median {median}",
    ),
    "need_apart": Text("mill. i snitt", "mill. on average"),
    "said": Text("{year}: {median} ({low} til {high})", "{year}: {median} ({low} to {high})"),
    "mean": Text("gjennomsnitt", "mean"),
    "per_cent": PER_CENT,
    "legend_median": MEDIAN,
    "ever": Text(
        "sannsynlighet i året; noen gang innen {year}: {value}",
        "probability in the year; any time by {year}: {value}",
    ),
    "probability": IN_YEAR,
    "against": Text("mot «{name}»", "against '{name}'"),
    "base": Text("Utgangspunktet (press)", "Starting point (pressure)"),
    "charts": Text("År for år", "Year by year"),
    "legend_wide": NINE_OF_TEN,
    "legend_half": HALF,
    "legend_baseline": BASELINE_PATH,
    "legend_threshold": Text("grense", "threshold"),
    "table": Text("Tall i tabell", "Figures as a table"),
    "error": Text("feil ± (median)", "error ± (median)"),
    "plan": INVESTMENT_PLAN,
    "plan_note": Text(
        "Dra en stolpe, eller bruk piltastene, for å flytte et prosjekt i tid. Haken slår det av og på, tallet gjør "
        "det mindre eller større. Trekanten er året det åpner; rammen er der scenariet har det; det grå feltet går "
        "fra tidligste start til seneste ferdigstilling. Skraverte stolper står fast.",
        "Drag a bar, or use the arrow keys, to move a project in time. The tick switches it on and off, the number "
        "makes it smaller or larger. The triangle is the year it opens; the frame is where the scenario has it; the "
        "grey field goes from the earliest start to the latest completion. Hatched bars stay where they are.",
    ),
    "project_bar": Text("{name}, flytt i tid", "{name}, move in time"),
    "project_scale": Text("{name}, størrelse i prosent", "{name}, size in per cent"),
    "project_opens": OPENS,
    "project_on": Text("bygges", "is built"),
    "project_off": Text("bygges ikke", "not built"),
    "project_said": Text("Starter {start}, åpner {opens}, {cost}", "Starts {start}, opens {opens}, {cost}"),
    "project_cost": Text("{cost} mill. (P50)", "{cost} mill. (P50)"),
    "project_no_cost": Text("kostnad ikke kjent", "cost not known"),
    "project_early": Text("tidligere enn tidligste start {year}", "earlier than the earliest start {year}"),
    "project_late": Text("senere enn seneste start {year}", "later than the latest start {year}"),
    "project_fixed": Text(
        "Står fast ({why}): kan ikke flyttes, slås av eller endre størrelse",
        "Stays where it is ({why}): cannot be moved, switched off or resized",
    ),
    "project_moved": Text("{name} starter {start}, åpner {opens}", "{name} starts {start}, opens {opens}"),
    "follow": Text("Flytt etterfølgerne med", "Move the followers along"),
    "stale": Text(
        "Ikke oppdatert: tallene gjelder den forrige stillingen som var mulig.",
        "Not up to date: the figures are of the last position that was possible.",
    ),
    "order_ceiling": Text("Gjeldsgraden høyst", "Debt ratio at most"),
    "order_confidence": Text("med sikkerhet", "with confidence"),
    "order_find": Text("Finn hva som må vente", "Find what must wait"),
    "order_earlier": Text("Gjelder stillingen da du spurte.", "Of the position when you asked."),
    "order_looking": Text("Leter; det tar noen sekunder …", "Looking; it takes some seconds …"),
    "places": Text("Plasser som ingen prosjekter dekker", "Places that no project covers"),
    "places_note": Text(
        "Det brukerne i året trenger ut over plassene som fantes og det prosjektene åpner. Modellen bygger dem "
        "likevel, som behov uten navn.",
        "What the users of the year need beyond the places that were there and those that projects open. The model "
        "builds them all the same, as need not yet named.",
    ),
    "places_service": Text("Tjeneste", "Service"),
    "rules": Text("Sannsynlighet for brudd, år for år", "Probability of breaking the rules, year by year"),
    "rules_note": Text(
        "Prosent av framtidene. Utvalgsfeil inntil ± {error} prosentpoeng.",
        "Per cent of the runs. Sampling error up to ± {error} percentage points.",
    ),
    "event": capital(EVENT),
    "comparison": Text("Sammenligning, framtid for framtid", "Comparison, run by run"),
    "compare_with": Text("Sammenlign med", "Compare with"),
    "comparison_note": Text(
        "Hver framtid har samme renter, skatteår og boligår i begge alternativer, så forskjellen er "
        "alternativets egen. Forskjell i {year}, "
        "gjennomsnitt av alle framtider, med utvalgsfeil.",
        "The same run meets the same rates, tax years and building years in both alternatives, so the difference "
        "is the alternative's own. "
        "Difference in {year}, mean of all runs, with sampling error.",
    ),
    "nothing_apart": Text(
        "Flytt en forutsetning, eller velg noe annet å sammenligne med.",
        "Move an assumption, or choose something else to compare with.",
    ),
    "here": Text("Her", "Here"),
    "there": Text("Der", "There"),
    "apart": capital(DIFFERENCE),
    "lower": capital(LOWER),
    "equal": capital(EQUAL),
    "figure": Text("Tall", "Figure"),
    "short_points": POINTS,
    "pins": Text("Festede alternativer", "Pinned alternatives"),
    "no_pins": Text(
        "Ingen ennå. Et festet alternativ blir stående i figurene mens du flytter videre.",
        "None yet. A pinned alternative stays in the charts while you move on.",
    ),
    "pin_name": Text("Navn på alternativet", "Name of the alternative"),
    "show": Text("Hent fram", "Bring back"),
    "remove": Text("Fjern", "Remove"),
    "pin_default": Text("Alternativ {letter}", "Alternative {letter}"),
    "pinned": Text("«{name}» er festet.", "'{name}' is pinned."),
    "pins_full": Text("Fjern et festet alternativ først.", "Remove a pinned alternative first."),
    "status": Text("{runs} framtider, startverdi {seed}. {policy}.", "{runs} runs, seed {seed}. {policy}."),
    "settled": Text(
        "{year}: gjeldsgrad {debt} (median), sannsynlighet for brudd på minst én regel {breach}, omstillingsbehov "
        "{need} (1 av 20 framtider).",
        "{year}: debt ratio {debt} (median), probability of breaking at least one rule {breach}, restructuring need "
        "{need} (1 in 20 runs).",
    ),
    "model": Text(
        "Sannsynlighetene er modellens, gitt scenariets antakelser; de er ikke verdens. «±» er utvalgsfeilen "
        "(standardfeil): så mye ville tallet flytte seg med en annen startverdi.",
        "Probabilities are the model's, given the scenario's assumptions; they are not the world's. '±' is the "
        "sampling error (standard error): how far the figure would move with another seed.",
    ),
    "other_scenario": Text(
        "Lenken gjelder scenariet {name}; siden viser et annet.",
        "The link is for the scenario {name}; the page shows another one.",
    ),
    "lost": Text("Får ikke kontakt med ldip. Kjører ldip web ennå?", "Cannot reach ldip. Is ldip web still running?"),
}

POLICY_NAMES = {
    "none": Text("Ingen tiltak", "No measures"),
    PRESSURE: Text("Press: ingen griper inn", "Pressure: nobody steps in"),
    "step": Text("Fast trinn hvert år", "A constant step every year"),
    STEERED: POLICY[STEERED],
}

IN_LAST_YEAR = Text("{value} mill. {year}-kr i {last}", "{value} mill. {year}-kr in {last}")
READINGS = {
    "rate": Text("{value} prosent i {last}", "{value} per cent in {last}"),
    "pace": Text("{value} boliger i året i snitt", "{value} dwellings a year on average"),
    "renewal": IN_LAST_YEAR,
    "fees": IN_LAST_YEAR,
    "property_tax": IN_LAST_YEAR,
}
"""What a relative control means: control -> words."""

BEGUN = Text("begynt", "begun")
BOUND = Text("bundet av kontrakt", "bound by contract")

TOO_EARLY = Text(
    "{name} kan ikke starte i {start}: {other} åpner først i {year}.",
    "{name} cannot start in {start}: {other} does not open until {year}.",
)
OF_PROJECT = Text("{name}: {rule}.", "{name}: {rule}.")
"""Why a position of the plan's bars cannot be."""
