"""The words of the realism page, in two languages."""

from ldip.analysis.realism import INSIDE, NARROWER, PRESSURE, STEERED, UNKNOWN, WIDER
from ldip.text import Text

TITLE = Text(
    nb="Er framtidene like urolige som fortiden var? {municipality}",
    en="Are the futures as restless as the past was? {municipality}",
)
HOW = Text(
    nb="{runs} framtider, startverdi {seed}, til {last}. «Press»: ingen reagerer. «Styrt»: kommunen følger "
    "reglene sine.",
    en="{runs} runs, seed {seed}, to {last}. 'Pressure': nobody reacts. 'Steered': the municipality follows "
    "its rules.",
)
FAN = {PRESSURE: Text("press", "pressure"), STEERED: Text("styrt", "steered")}
VERDICT = {
    INSIDE: Text("innenfor", "inside"),
    WIDER: Text("bredere", "wider"),
    NARROWER: Text("smalere", "narrower"),
    UNKNOWN: Text("kan ikke sies", "cannot be said"),
}
SPREADS = Text(
    nb="Standardavvik, prosentpoeng|press|styrt|{who}|90 %|press|styrt",
    en="Standard deviation, percentage points|pressure|steered|{who}|90 %|pressure|steered",
)
SECTOR = Text("Alle kommuner, {first}–{last}", "All municipalities, {first}-{last}")
SECTOR_SHORT = Text("landet", "nation")
OWN = Text("{municipality}, {first}–{last}", "{municipality}, {first}-{last}")
LEVEL = Text("{figure} i {year}", "{figure} in {year}")
CHANGE = Text("… endring over {years} år", "... change over {years} years")
CHANGE_ONE = Text("{figure}, endring over ett år", "{figure}, change over one year")
RESULT = Text("netto driftsresultat", "net operating result")
DEBT = Text("gjeldsgrad", "debt ratio")

RESTING = Text(
    nb="Prosent av inntektene, 5 / 50 / 95 %|press|styrt",
    en="Per cent of revenue, 5 / 50 / 95 %|pressure|steered",
)
UNSTABLE = Text(
    nb="Sannsynlighet for gjeldsgrad som ikke er stabilisert i {year}",
    en="Probability of a debt ratio not stabilised in {year}",
)
ABOVE = Text("… for at den er høyere enn i {year}", "... that it is above that of {year}")
NEEDED = Text("Gjeldsstabiliserende resultat, siste ti år", "Debt-stabilising result, last ten years")
NEEDED_LAST = Text("… i {year}", "... in {year}")
ACTUAL = Text("Netto driftsresultat, siste ti år", "Net operating result, last ten years")
SHORT = Text("Andel av framtidene som har mindre enn de trenger", "Share of runs that have less than they need")

REACH = Text(
    nb="Varig tilpasning for en gjeldsgrad på {level} % i {by}: {share} % av inntektene hvert år fra {since} "
    "på referansebanen ({amount} mill. {base}-kr det første året, {amount_last} i {by}). Framtidenes egne, 5 / 50 /"
    " 95 %: {spread}; {needed} % av dem trenger noen.",
    en="Lasting adjustment for a debt ratio of {level} % in {by}: {share} % of revenue every year from {since}"
    " on the baseline ({amount} mill. {base}-kr in the first year, {amount_last} in {by}). The runs' own, 5"
    " / 50 / 95 %: {spread}; {needed} % of them need one.",
)
ROOM = Text(
    nb="Minus er rom: så mye lavere kunne resultatet vært.",
    en="A minus is room: so much lower could the result have been.",
)
PARTS = Text(
    nb="Av den er {start} utgangspunktet (aldrene som i {last_plan}), {users} at brukerne eldes og {taxpayers}"
    " at færre er i arbeidsalder, i prosentpoeng.",
    en="Of it {start} is the starting position (ages as in {last_plan}), {users} that users age and "
    "{taxpayers} that fewer are of working age, in percentage points.",
)
NEVER = Text(
    nb="I {never} % av framtidene er ingen tilpasning opp til {most} % nok.",
    en="In {never} % of the runs no adjustment up to {most} % is enough.",
)
DRAWN = Text(
    nb="I {year}: 5 / 50 / 95 %|viftens egne sjokk|norske år {first}–{last}",
    en="In {year}: 5 / 50 / 95 %|the fan's own shocks|Norwegian years {first}-{last}",
)
DRAWN_NOTE = Text(
    nb="{count} år trukket hele, {block} om gangen; det som ikke har historie, er trukket som ellers. Sterkest"
    " forskjell i samvariasjon: {one} og {other}, {own} i disse årene mot {assumed} i scenariet.",
    en="{count} years drawn whole, {block} at a time; what has no history is drawn as always. Largest "
    "difference in correlation: {one} and {other}, {own} in these years against {assumed} in the scenario.",
)

PATHS = Text(
    nb="Langs én framtid over {years} år er standardavviket av resultatet {middle} ({low}–{high} i ni av ti "
    "framtider) uten at noen reagerer; i {years} år av historien var det for kommunene samlet {history}. "
    "{share} % av framtidene er så rolige.",
    en="Along one future of {years} years the standard deviation of the result is {middle} ({low}-{high} in "
    "nine of ten futures) with nobody reacting; in {years} years of history it was {history} for all "
    "municipalities together. {share} % of the futures are as calm.",
)
AVERAGE = {
    WIDER: Text(
        nb="Én kommune skal svinge mer enn snittet av alle; hvor mye mer kan snittet ikke si.",
        en="One municipality should swing more than the average of all; how much more the average cannot say.",
    ),
    INSIDE: Text(
        nb="Det er som snittet av alle; én kommune skal svinge noe mer.",
        en="That is as the average of all; one municipality should swing somewhat more.",
    ),
    NARROWER: Text(
        nb="Én kommune skal svinge mer enn snittet av alle, så viften er for smal.",
        en="One municipality should swing more than the average of all, so the fan is too narrow.",
    ),
}
LASTING = Text(
    nb="Over ti år endret kommunenes resultat seg {history} ganger så mye som over ett år, målt over {years} "
    "år; i framtidene {middle} ({low}–{high}).",
    en="Over ten years the municipalities' result changed {history} times as much as over one, measured over "
    "{years} years; in the futures {middle} ({low}-{high}).",
)
LASTS = {
    WIDER: Text("Overraskelser blir liggende lenger enn de gjorde.", "Surprises stay longer than they did."),
    INSIDE: Text(
        nb="Om overraskelser blir liggende for lenge, kan så få år ikke avgjøre.",
        en="Whether surprises stay too long so few years cannot decide.",
    ),
    NARROWER: Text(
        "Overraskelser blir tatt inn igjen raskere enn de ble.", "Surprises are made good sooner than they were."
    ),
}
DEBT_MOVES = {
    NARROWER: Text(
        nb="Gjeldsgraden beveger seg mindre fra år til år ({simulated}) enn kommunenes samlede gjorde ({past},"
        " {low}–{high}): det var investeringsprogrammene som flyttet gjelden, og de er nesten sikre i "
        "modellen.",
        en="The debt ratio moves less from year to year ({simulated}) than that of municipalities together did"
        " ({past}, {low}-{high}): it was investment programmes that moved debt, and they are almost certain"
        " in the model.",
    ),
    INSIDE: Text(
        nb="Gjeldsgraden beveger seg fra år til år ({simulated}) som kommunenes samlede gjorde ({past}, "
        "{low}–{high}).",
        en="The debt ratio moves from year to year ({simulated}) as that of municipalities together did "
        "({past}, {low}-{high}).",
    ),
    WIDER: Text(
        nb="Gjeldsgraden beveger seg mer fra år til år ({simulated}) enn kommunenes samlede gjorde ({past}, "
        "{low}–{high}).",
        en="The debt ratio moves more from year to year ({simulated}) than that of municipalities together did"
        " ({past}, {low}-{high}).",
    ),
}
OWN_YEARS = Text(
    nb="Mot de {count} årene fra {municipality} selv ({past}, {low}–{high}) er svingningen {verdict}; så få år"
    " sier lite.",
    en="Against the {count} years of {municipality} itself ({past}, {low}-{high}) the swing is {verdict}; so "
    "few years say little.",
)
MEANS = {
    WIDER: Text(
        nb="Det betyr: viftene svinger mer enn kommunene samlet har gjort. Noe av det er ventet for én "
        "kommune, hvor mye vet vi ikke; bredden er ikke bekreftet av historien. Press er ikke det som vil "
        "skje, men det som måtte tas inn igjen om ingen gjorde noe.",
        en="It means: the fans swing more than all municipalities together have done. Some of it is to be "
        "expected of one municipality, how much we do not know; history does not confirm the width. "
        "Pressure is not what will happen, but what would have to be made good if nobody did anything.",
    ),
    INSIDE: Text(
        nb="Det betyr: historien sier ikke at viften er for bred; middelveien er planens og ikke prøvd her.",
        en="It means: history does not say that the fan is too wide; its middle is the plan's and not tested here.",
    ),
    NARROWER: Text(
        nb="Det betyr: legg på noe når viften brukes; framtiden har vært mindre sikker enn den er her.",
        en="It means: add something when the fan is used; the future has been less certain than it is here.",
    ),
}
STEERED_IS = Text(
    "Styrt er tallet {middle} ({low}–{high}): {verdict}.", "Steered it is {middle} ({low}-{high}): {verdict}."
)
ERRORS = Text(
    nb="Budsjettene bommet med {mean} prosentpoeng i snitt og et standardavvik på {sd} ({figure}, {count} år).",
    en="The budgets erred by {mean} percentage points on average with a standard deviation of {sd} ({figure}, "
    "{count} years).",
)
NOTE = Text(
    nb="Historiens intervall er 90 %, regnet av de endringene som ikke deler år (nivået: av så mange år som er"
    " uavhengige). Simulert er spredningen over framtidene om hvert års snitt; for nivået er den større enn "
    "langs én framtid når overraskelser blir liggende, så vurderingen av nivået er streng. Ikke stabilisert: "
    "over det første årets gjeldsgrad i siste år, og stigende over de tre siste. Gjeldsstabiliserende "
    "resultat: (netto investering − avdrag − inntektsvekst × netto gjeld) / inntekter, uten at noe settes "
    "av til fond.",
    en="History's interval is 90 %, from those changes that share no year (of the level: from as many years as"
    " are independent). Simulated is the spread over runs about each year's mean; of a level it is larger "
    "than along one future where surprises stay, so its verdict is strict. Not stabilised: above the first "
    "year's debt ratio in the last year, and rising over the last three. Debt-stabilising result: (net "
    "investment - instalments - growth of revenue x net debt) / revenue, with nothing set aside to funds.",
)
