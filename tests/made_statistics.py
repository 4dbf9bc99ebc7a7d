"""Saved statistics as the service and the pages give them. The figures are MADE for the tests; shapes and codes
are not."""

import itertools
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import xlsxwriter

AGES = [f"{age:03}" for age in range(105)] + ["105+"]
JUNE = "2026-06-15T06:00:00Z"
OLD, MIDDLE, NEW = "0219", "3024", "3201"


def jsonstat(
    label: str,
    dimensions: Mapping[str, Mapping[str, str]],
    value: Callable[..., float | None],
    *,
    updated: str = "2026-02-19T07:00:00Z",
    sparse: bool = False,
    listed: bool = False,
) -> str:
    """A dataset; `value` is called with the codes. `sparse`: values as an object; `listed`: categories as a list."""
    places = list(itertools.product(*dimensions.values()))
    values: Any = [value(*place) for place in places]
    if sparse:
        values = {str(n): number for n, number in enumerate(values) if number is not None}
    return json.dumps(
        {
            "version": "2.0",
            "class": "dataset",
            "label": label,
            "source": "Statistisk sentralbyrå",
            "updated": updated,
            "id": list(dimensions),
            "size": [len(members) for members in dimensions.values()],
            "dimension": {
                name: {
                    "label": name.lower(),
                    "category": {
                        "index": list(members) if listed else {code: n for n, code in enumerate(members)},
                        "label": dict(members),
                    },
                }
                for name, members in dimensions.items()
            },
            "value": values,
            "status": {str(n): ".." for n, place in enumerate(places) if value(*place) is None},
        },
        ensure_ascii=False,
    )


def same(codes: Sequence[Any]) -> dict[str, str]:
    return {str(code): str(code) for code in codes}


def persons(age: str, year: int) -> float:
    """Made residents by age on 1 January: some 130 000, a few more each year, older ones fewer."""
    number = int(age.rstrip("+"))
    return float(round(max(1700 - 6 * number - 0.12 * number**2, 1.0) * (1.0 + 0.01 * (year - 2015))))


def population(years: Sequence[int], *, total: bool = True, region: str = f"K-{NEW}") -> str:
    """Table 07459, with both sexes and with the rows of all ages that must not be counted."""
    ages = same(AGES) | ({"999": "Alle aldre"} if total else {})
    dimensions = {
        "Region": {region: "Bærum"},
        "Kjonn": {"0": "Begge kjønn", "1": "Menn", "2": "Kvinner"},
        "Alder": ages,
        "ContentsCode": {"Personer1": "Personer"},
        "Tid": same(years),
    }

    def value(region: str, sex: str, age: str, contents: str, year: str) -> float:
        people = sum(persons(it, int(year)) for it in AGES) if age == "999" else persons(age, int(year))
        return people if sex == "0" else people / 2.0

    return jsonstat("07459: Alders- og kjønnsfordeling, etter region, kjønn, alder og år", dimensions, value)


def projection(years: Sequence[int], more: float = 1.0) -> str:
    """Table 14288: the main alternative beside two others, values as an object, categories as a list."""
    dimensions = {
        "Region": {NEW: "Bærum"},
        "Alder": same(AGES),
        "ContentsCode": {
            "Personer": "Hovedalternativet (MMMM)",
            "Personer1": "Høy nasjonal vekst (HHMH)",
            "Personer2": "Lav nasjonal vekst (LLML)",
        },
        "Tid": same(years),
    }

    def value(region: str, age: str, contents: str, year: str) -> float:
        return persons(age, int(year)) * more * {"Personer": 1.0, "Personer1": 1.5, "Personer2": 0.5}[contents]

    return jsonstat("14288: Framskrevet folkemengde", dimensions, value, sparse=True, listed=True)


FINANCE = {"AG12": 48_000.0, "A800": 21_000.0, "AGD13": 105_000.0, "AG10": 3_000.0}
FINANCE |= {"KG31": 90_000.0, "KG32": 104_000.0}


def finance(years: Sequence[int]) -> str:
    """Table 12137: kroner a resident, the old numbers beside the new one, empty before and after their time."""
    dimensions = {
        "KOKkommuneregion0000": {OLD: "Bærum (-2019)", MIDDLE: "Bærum (2020-2023)", NEW: "Bærum"},
        "KOKartkap0000": same(FINANCE),
        "ContentsCode": {"KOSbelopprinnb0000": "Beløp per innbygger (kr)"},
        "Tid": same(years),
    }

    def value(region: str, code: str, contents: str, year: str) -> float | None:
        there = {OLD: int(year) < 2020, MIDDLE: 2020 <= int(year) < 2024, NEW: int(year) >= 2024}
        return FINANCE[code] if there[region] else None

    return jsonstat("12137: Finansielle nøkkeltall i kroner per innbygger", dimensions, value, updated=JUNE)


FUNCTIONS = {"201": 1700.0, "202": 1500.0, "215": 30.0, "253": 1100.0, "254": 900.0}
FUNCTIONS |= {"120": 1000.0, "340": 12.0, "170": -90.0}
WEAR = {"202": 100.0, "253": 50.0}


def functions(year: int) -> str:
    """Table 12367 in 1000 kr: group and municipality beside each other, groups of functions beside functions."""
    kinds = {"AGD10": "Brutto driftsutgifter", "AGD2": "Netto driftsutgifter", "A590": "Avskrivninger"}
    dimensions = {
        "KOKkommuneregion0000": {NEW: "Bærum"},
        "KOKregnskapsomfa0000": {"A": "Kommunekonsern", "B": "Kommunekasse"},
        "KOKfunksjon0000": same(FUNCTIONS) | {"FGK8b": "Grunnskole i alt"},
        "KOKart0000": kinds,
        "ContentsCode": {"KOSbelop0000": "Beløp (1000 kr)"},
        "Tid": same([year]),
    }

    def value(region: str, extent: str, function: str, kind: str, contents: str, year: str) -> float:
        million = WEAR.get(function, 0.0) if kind == "A590" else FUNCTIONS.get(function, 9999.0)
        return 1000.0 * million * (2.0 if kind == "AGD10" else 1.0) * (1.0 if extent == "A" else 0.9)

    return jsonstat("12367: Detaljerte regnskapstall", dimensions, value, updated=JUNE)


def balance(year: int) -> str:
    """Table 13202 in 1000 kr, equity with minus."""
    posts = {
        "KG56": ("Disposisjonsfond", -1_900_000.0),
        "KG53": ("Ubundne investeringsfond", -210_000.0),
        "KG51": ("Bundne driftsfond", -140_000.0),
        "KG55": ("Bundne investeringsfond", -60_000.0),
        "KG22": ("Utlån", 1_300_000.0),
        "KG27": ("Faste eiendommer og anlegg", 16_000_000.0),
        "KG24": ("Utstyr, maskiner og transportmidler", 500_000.0),
        "KG5900": ("Merforbruk i driftsregnskapet", 35_000.0),
    }
    dimensions = {
        "KOKkommuneregion0000": {NEW: "Bærum"},
        "KOKkapittel0000": {code: label for code, (label, _) in posts.items()},
        "ContentsCode": {"KOSbelop0000": "Beløp (1000 kr)"},
        "Tid": same([year]),
    }
    return jsonstat("13202: Balanse", dimensions, lambda region, code, contents, year: posts[code][1])


def completions(years: Sequence[int]) -> str:
    """Table 05940: by size with the total 000, three numbers, nought outside their time; the newest year short."""
    dimensions = {
        "Region": {NEW: "Bærum", MIDDLE: "Bærum (2020-2023)", OLD: "Bærum (-2019)"},
        "Byggeareal": {"000": "Alle størrelser", "01": "Under 60 m2", "02": "60 m2 eller mer"},
        "ContentsCode": {"Fullforte": "Fullførte boliger"},
        "Tid": same(years),
    }

    def value(region: str, area: str, contents: str, year: str) -> float:
        there = {OLD: int(year) < 2020, MIDDLE: 2020 <= int(year) < 2024, NEW: int(year) >= 2024}
        count = 90.0 if int(year) == max(years) else 700.0 + int(year) % 5
        return (count if area == "000" else count / 2.0) if there[region] else 0.0

    return jsonstat("05940: Byggeareal. Boliger og bruksareal", dimensions, value)


def dwellings(years: Sequence[int]) -> str:
    """Table 06265: detached houses and blocks of flats; of a hundred new ones sixty are flats."""
    dimensions = {"Region": {NEW: "Bærum"}, "BygnType": {"01": "Enebolig", "04": "Boligblokk"}}
    dimensions |= {"ContentsCode": {"Boliger": "Boliger (bebodde og ubebodde)"}, "Tid": same(years)}
    first = min(years)
    return jsonstat(
        "06265: Boliger, etter region, bygningstype, statistikkvariabel og år",
        dimensions,
        lambda region, kind, contents, year: 10_000.0 + (60.0 if kind == "04" else 40.0) * (int(year) - first),
    )


def property_tax(rates: Mapping[int, float | None]) -> str:
    """Table 14674; a year without a rate is one without the tax."""
    dimensions = {"KOKkommuneregion0000": {NEW: "Bærum"}, "ContentsCode": {"KOSgenskatt0000": "Generell skattesats"}}
    dimensions |= {"Tid": same(rates)}
    return jsonstat("14674: Eiendomsskatt", dimensions, lambda region, contents, year: rates[int(year)])


def prices(years: Sequence[int]) -> str:
    """Table 14700: the index by month, 2025 = 100, with its yearly change beside it; three per cent a year."""
    months = [f"{year}M{month:02}" for year in years for month in range(1, 13)]
    contents = {"KpiIndMnd": "Konsumprisindeks (2025=100)", "Tolv": "12-måneders endring (prosent)"}
    dimensions = {"ContentsCode": contents, "Tid": same(months)}
    return jsonstat(
        "14700: Konsumprisindeks",
        dimensions,
        lambda contents, month: 3.0 if contents == "Tolv" else 100.0 * 1.03 ** (int(month[:4]) - 2025),
    )


def key_figures(years: Sequence[int]) -> str:
    """Table 12134: results in per cent of revenue."""
    dimensions = {"KOKkommuneregion0000": {MIDDLE: "Bærum (2020-2023)", NEW: "Bærum"}}
    dimensions |= {"ContentsCode": {"KOSAGD230000": "Netto driftsresultat i prosent"}, "Tid": same(years)}

    def value(region: str, contents: str, year: str) -> float | None:
        return 2.5 if (region == NEW) == (int(year) >= 2024) else None

    return jsonstat("12134: Utvalgte nøkkeltall", dimensions, value)


def equalisation(path: Path, *, rows_above: int = 2, code: float = 301.0) -> None:
    """The Ministry's workbook: numbers of municipalities as figures, a heading of three rows that may stand
    anywhere."""
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("jan-des")
    sheet.write(0, 0, "Beregning av skatt og løpende inntektsutjevning for kommunene, januar-desember 2025")
    top = rows_above
    sheet.write_row(top, 0, ["Kommune", "", "Skatt", "", "Etter utjevning", ""])
    sheet.write_row(top + 1, 0, ["nr", "navn", *["kr pr. innb.", "pst. av landsgj.snittet"] * 2])
    sheet.write_row(top + 2, 0, ["", "", "1", "2", "3", "4"])
    rows = [(code, "Oslo", 52000, 128.5), (3201.0, "Bærum", 60300, 149.25), (4001.0, "Porsgrunn", 34000, 84.1)]
    for place, (number, name, tax, share) in enumerate(rows, start=top + 3):
        sheet.write_row(place, 0, [number, name, tax, share, 40000, 105.0])
    book.close()


def green_booklet(path: Path, year: int) -> None:
    """The Green booklet, table 3-k, in nynorsk."""
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("3-k")
    sheet.write(0, 0, f"Tabell 3-k Anslag på frie inntekter {year}, 1000 kr")
    sheet.write_row(2, 0, ["Kommune", "", f"Anslag på frie inntekter {year}", "Vekst i pst.", "Kr per innb."])
    for place, (number, name, free) in enumerate(
        [(301, "Oslo", 50_000_000), (3201, "Bærum", 9_600_000), (4001, "Porsgrunn", 2_700_000)], start=3
    ):
        sheet.write_row(place, 0, [number, name, free, 4.1, 70_000])
    book.close()


def write_all(folder: Path) -> list[Path]:
    """All tables of one municipality, saved."""
    texts = {
        "a.json": population(range(2015, 2027)),
        "b.json": projection(range(2024, 2051)),
        "c.json": finance(range(2015, 2026)),
        "d.json": functions(2025),
        "e.json": balance(2025),
        "f.json": completions(range(2000, 2026)),
        "g.json": dwellings(range(2006, 2027)),
        "h.json": property_tax({2024: 2.0, 2025: 3.0}),
        "i.json": prices(range(2010, 2026)),
        "j.json": key_figures(range(2020, 2026)),
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    equalisation(folder / "k.xlsx")
    green_booklet(folder / "l.xlsx", 2026)
    return sorted(folder.glob("?.*"))


def ods(path: Path, sheets: Mapping[str, Sequence[Sequence[Any]]]) -> None:
    """A workbook as LibreOffice saves it, with nothing but cells."""
    import zipfile
    from xml.sax.saxutils import escape

    def cell(value: Any) -> str:
        if isinstance(value, int | float):
            return f'<table:table-cell office:value-type="float" office:value="{value}"/>'
        return f'<table:table-cell office:value-type="string"><text:p>{escape(value)}</text:p></table:table-cell>'

    body = "".join(
        f'<table:table table:name="{name}">'
        + "".join(f"<table:table-row>{''.join(map(cell, row))}</table:table-row>" for row in rows)
        + "</table:table>"
        for name, rows in sheets.items()
    )
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )
    content = f'<office:document-content {spaces} office:version="1.2"><office:body><office:spreadsheet>{body}'
    manifest = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
    with zipfile.ZipFile(path, "w") as book:
        book.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        book.writestr("content.xml", content + "</office:spreadsheet></office:body></office:document-content>")
        book.writestr(
            "META-INF/manifest.xml",
            f'<manifest:manifest xmlns:manifest="{manifest}"><manifest:file-entry manifest:full-path="/" '
            'manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/></manifest:manifest>',
        )
