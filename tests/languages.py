"""Words that exist in one of the two languages only, and what of a text is no word of a language."""

import re

ENGLISH = frozenset(
    """
the of and is are was were be been being has have had having does did which that this these those what when
where who whose why how with without within from by than then there their they its as any each every both
between about above below after before during until into onto upon out not nor but if unless because while
would could should must shall will may might can cannot only also such other others another same own more most
less least few many much highest lowest larger largest smaller smallest higher lower first second third year
years share shares rate rates debt interest growth tax revenue expenditure spending cost costs housing
dwellings dwelling house residents resident people persons person school schools kindergarten care services
service investment investments equity fund funds result results plans planned path paths run runs draw draws
future futures uncertainty chance probability mean average spread deviation assumption assumptions derived
assumed judgement knowledge general printed line table figure opening closing balance instalments loans loan
fixed floating lasting yearly monthly price prices wages wage municipality municipalities municipal council
state national nation adopted measures need needs restructuring rule rules breach breaches driver drivers unit
units value values key keys settings setting folder page sheet workbook answer answers baseline change changes
alternative alternatives project projects places place built building build ends choose write read remove
given missing unknown pressure steered react waits here earlier later again never always together apart beside
behind bring brings pay pays paid grow grows growing falls rises taken takes made makes gives comes went goes
holds
""".split()  # noqa: SIM905
)
"""English words that are no Norwegian ones."""

NORWEGIAN = frozenset(
    """
og av er var blir ble bli har hadde ikke som det den de dette denne disse der når hvor hva hvem hvilke hvilken
hvordan hvorfor med uten fra til på ved mellom etter før under over gjennom mot blant hos eller men hvis fordi
skal skulle vil ville kan kunne må måtte bør også bare enn slik samme annet andre annen egen egne eget alle
alt noe noen ingen hver hvert hele halvparten mest minst færre flere mange mye lite høyest lavest større
mindre året årets årene måneder andel andeler sats gjeld gjelden gjeldsgrad rente renter renten vekst skatt
skatten inntekt inntekter inntektene utgift utgifter utgiftene kostnad kostnader bolig boliger boligene
innbygger innbyggere innbyggerne personer skole barnehage barnehager omsorg tjeneste tjenester tjenestene
investering investeringer egenkapital fond bufferfond reserve resultat resultatet planen planens planlagt bane
banen framtid framtider framtidene usikkerhet sannsynlighet sannsynligheter snitt gjennomsnitt avvik antakelse
antakelser avledet kilde skjønn kunnskap trykt linje tabell figur merknad inngående utgående saldo avdrag lån
lånene faste løpende varig årlig pris priser lønn kommune kommunen kommuner kommunens kommunestyret staten
landets vedtatt vedtatte tiltak behov omstilling omstillingsbehov regel regler brudd drivkraft drivkrefter
enhet verdi verdier nøkkel innstilling innstillinger mappe ark arbeidsbok svaret referansebane endring
endringer alternativ alternativer prosjekt prosjekter plasser bygd bygges begynner slutter velg skriv fjern
mangler ukjent prosent prosentpoeng forskjell lavere høyere
""".split()  # noqa: SIM905
) - {"over", "under", "reserve", "de", "alt", "vil", "var", "den", "ville", "ark", "fond"}
"""Norwegian words that are no English ones."""

CODE = re.compile(
    r"""`[^`]*`                               # what is written as code
    | https?://\S+
    | \b[\w-]+/(?!\w)                          # folders
    | \bldip(?:[ ][a-z][a-z-]+){1,2}           # a command
    | (?<![\w)])--?[a-z][\w-]*(?:[= ][\w./+:=-]+)?   # options, with what may follow
    | \b[\w-]+(?:[._/\\+:][\w*+-]+)+           # keys, files, addresses
    | \b\w+_\w+\b
    | \{[^{}]*\}                              # places to be filled
    | \b[a-z]+(?:-[a-z0-9]+)+\b               # names of changes
    """,
    re.VERBOSE,
)
CUT_OFF = re.compile(r"\w+…")
WORD = re.compile(r"[A-Za-zÆØÅæøåÀ-ÿ]+")


def words_of(text: str) -> list[str]:
    """The words of a text that are no code, no name like DigIT and not cut off…"""
    found = WORD.findall(CUT_OFF.sub(" ", CODE.sub(" ", text)))
    return [word for word in found if word in (word.lower(), word.capitalize(), word.upper())]


def foreign(text: str, lang: str) -> list[str]:
    """The words of a text in `lang` that are of the other language."""
    if lang == "nb":
        return [word for word in words_of(text) if word.lower() in ENGLISH]
    return [
        word for word in words_of(text) if word.lower() in NORWEGIAN or (word.islower() and set(word) & set("æøå"))
    ]
