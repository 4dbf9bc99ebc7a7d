"""The words for what is wrong with a sheet of settings, in Norwegian and English."""

import datetime

from ldip.errors import Fault
from ldip.text import Text

WORDS: dict[str, tuple[Text, Text]] = {
    "not_xlsx": (
        Text("er ikke en Excel-arbeidsbok (.xlsx)", "is not an Excel workbook (.xlsx)"),
        Text("Lagre den som .xlsx i Excel.", "Save it as .xlsx in Excel."),
    ),
    "unreadable": (
        Text("kan ikke leses ({reason})", "cannot be read ({reason})"),
        Text("Se etter filnavnet, og lukk filen i Excel.", "Look at the name of the file, and close it in Excel."),
    ),
    "no_sheet": (
        Text("har ikke arket «{name}»", "does not have the sheet '{name}'"),
        Text("Lag et nytt ark med ldip scenario sheet.", "Make a new sheet with ldip scenario sheet."),
    ),
    "no_header": (
        Text("har ingen rad som begynner med «{name}»", "has no row that begins with '{name}'"),
        Text("Lag et nytt ark med ldip scenario sheet.", "Make a new sheet with ldip scenario sheet."),
    ),
    "moved": (
        Text("kolonnen skal hete «{name}»", "the column must be called '{name}'"),
        Text("Flytt kolonnene tilbake, eller lag et nytt ark.", "Move the columns back, or make a new sheet."),
    ),
    "no_scenario": (
        Text("mangler hvilket scenario arket gjelder", "does not say which scenario the sheet belongs to"),
        Text("Skriv for eksempel baerum-2020.", "Write for example baerum-2020."),
    ),
    "nothing": (
        Text("har ingen tall i noe alternativ", "has no number in any alternative"),
        Text("Skriv minst ett tall i en alternativkolonne.", "Write at least one number in an alternative's column."),
    ),
    "no_key": (
        Text("raden har tall, men ingen nøkkel", "the row has numbers but no key"),
        Text("Velg en nøkkel i kolonne A.", "Choose a key in column A."),
    ),
    "bad_year": (
        Text("er ikke et årstall", "is not a year"),
        Text(
            "Skriv fire sifre, som 2024, eller la cellen stå tom.", "Write four digits, like 2024, or leave it empty."
        ),
    ),
    "fixed": (
        Text("kan ikke endre seg over tid", "cannot change over time"),
        Text("La «Fra år» stå tomt.", "Leave 'From year' empty."),
    ),
    "twice": (
        Text("nøkkel og år står to ganger, først i rad {first}", "key and year stand twice, first in row {first}"),
        Text("Fjern en av radene.", "Remove one of the rows."),
    ),
    "unit_changed": (
        Text("enheten skal være «{unit}»", "the unit must be '{unit}'"),
        Text("Regn om tallet; enheten kan ikke endres.", "Convert the number; the unit cannot be changed."),
    ),
    "base_changed": (
        Text("grunnverdien er {base} i {scenario}", "the base value is {base} in {scenario}"),
        Text(
            nb="Skriv det nye tallet i et alternativ. Er scenariet endret siden, lag et nytt ark.",
            en="Write the new number in an alternative. If the scenario has changed since, make a new sheet.",
        ),
    ),
    "error_cell": (
        Text("formelen i cellen gir en feil", "the formula in the cell gives an error"),
        Text("Rett formelen.", "Mend the formula."),
    ),
    "no_name": (
        Text("alternativet har tall, men ikke noe navn", "the alternative has numbers but no name"),
        Text("Skriv et navn, som dyr-rente.", "Write a name, like dear-money."),
    ),
    "bad_name": (
        Text(
            "navnet kan bare ha bokstaver, tall, bindestrek og understrek",
            "the name can only have letters, digits, hyphen and underscore",
        ),
        Text("Skriv for eksempel dyr-rente.", "Write for example dear-money."),
    ),
    "name_twice": (
        Text("to alternativer heter det samme", "two alternatives have the same name"),
        Text("Gi dem ulike navn.", "Give them different names."),
    ),
    "no_title": (
        Text("alternativet mangler en tittel", "the alternative has no title"),
        Text("Skriv hva alternativet er, med noen ord.", "Write what the alternative is, in a few words."),
    ),
    "no_source": (
        Text("tallet mangler kilde", "the number has no source"),
        Text(
            nb="Skriv hvor tallet kommer fra her, eller én kilde for hele kolonnen øverst.",
            en="Write here where the number comes from, or one source for the whole column at the top.",
        ),
    ),
    "no_basis": (
        Text("tallet mangler grunnlag", "the number has no basis"),
        Text(
            nb="Velg kilde, avledet eller antakelse her, eller for hele kolonnen øverst.",
            en="Choose source, derived or assumption here, or for the whole column at the top.",
        ),
    ),
    "bad_basis": (
        Text("må være kilde, avledet eller antakelse", "must be source, derived or assumption"),
        Text("Velg en av dem.", "Choose one of them."),
    ),
    "two_bases": (
        Text("radene med samme nøkkel har ulikt grunnlag", "the rows of the same key have different bases"),
        Text("Skriv grunnlaget i én av radene.", "Write the basis in one of the rows."),
    ),
    "source_without_number": (
        Text(
            "står ved et alternativ som ikke har noe tall her", "stands beside an alternative without a number here"
        ),
        Text("Skriv tallet, eller tøm cellen.", "Write the number, or empty the cell."),
    ),
    "adds_keys": (
        Text(
            "endrer noe som ikke kan stå i arket, bare innstillinger som grunnscenariet har",
            "changes something that cannot stand in the sheet, only settings that the base has",
        ),
        Text(
            nb="Bruk alternativet som grunnscenario, eller behold det som endringsfil.",
            en="Use the alternative as base scenario, or keep it as a change file.",
        ),
    ),
}
"""Kind of fault -> rule and remedy; words in braces are put in."""


def fault(kind: str, file: str, place: str = "", value: str = "", **words: object) -> Fault:
    """A fault of one of the kinds above at a place like ``Innstillinger!F12``."""
    rule, remedy = (Text(text.say("nb", **words), text.say("en", **words)) for text in WORDS[kind])
    return Fault(file, place, value, rule, remedy)


def not_a_number(file: str, place: str, cell: object) -> Fault:
    """A cell should hold a number: what Excel made of it, and what to write."""
    if isinstance(cell, datetime.date):  # a datetime is one too
        return a_date(file, place, cell, f"{cell:%Y-%m-%d}")
    text = str(cell).strip()
    rule = Text("er tekst, ikke et tall", "is text, not a number")
    remedy = Text("Skriv bare tallet.", "Write the number alone.")
    value = _meant(text)
    if value is not None:
        comma = f"{value:.12g}".replace(".", ",")
        remedy = Text(
            f"Skriv tallet som {comma} i norsk Excel, i en celle som ikke har tekstformat.",
            f"Write the number as {value:.12g} in English Excel, in a cell without text format.",
        )
    return Fault(file, place, text, rule, remedy)


def _meant(text: str) -> float | None:
    """The number that a text was meant to be."""
    plain = text.replace("\u00a0", "").replace(" ", "").replace("\u2212", "-").replace(",", ".")
    try:
        return float(plain[:-1]) / 100.0 if plain.endswith("%") else float(plain)
    except ValueError:
        return None


def a_date(file: str, place: str, day: datetime.date, shown: str) -> Fault:
    """Excel made a date of a number that was written with a point."""
    return Fault(
        file,
        place,
        shown,
        Text(
            f"er en dato: Excel har gjort om «{day.day}.{day.month}»",
            f"is a date: Excel has made it of '{day.day}.{day.month}'",
        ),
        Text(
            f"Skriv {day.day},{day.month} med desimalkomma, i en celle som ikke har datoformat.",
            f"Write it with the decimal sign of your Excel ({day.day},{day.month} in a Norwegian one), in a cell "
            "without date format.",
        ),
    )
