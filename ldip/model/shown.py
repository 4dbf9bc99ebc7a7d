"""Which figures are shown where: what every table, picture, sheet and page reads its list from.

Ids of metrics (``catalogue.csv``) and of events (:func:`ldip.model.fiscal_rules.events`), in the order they stand in.
"""

DEBT = ("debt_ratio", "debt_ratio_with_deficits")
"""The debt ratio in both readings: what no law lets borrow, when all is struck and spent, shows in the second."""

ANSWERS = ("debt_ratio", "restructuring_need")
"""The two questions that all of it is about: pictures of a simulation and a comparison, cases of a sweep, what a
report asks the drivers about, what the live page compares while a slider moves."""

BREACH = "any_rule_breach"
"""The event that stands for all rules."""

LASTING = "frames_change_share"
"""How much the services had to change: what the risk of a municipality that steers shows as."""

FAN_OF = {
    "restructuring_need": "pressure",
    "restructuring_need_share": "pressure",
    LASTING: "steered",
    "postponed_investment": "steered",
}
"""Metrics that say something in one of the two fans only; the others are shown in both."""

FAN_FIGURES = {
    "pressure": ("debt_ratio", "net_operating_result_share", "restructuring_need"),
    "steered": ("debt_ratio", "net_operating_result_share", LASTING, "postponed_investment", "fund_share"),
}
"""The headline figures of each fan: first screen, workbook, and what a notebook shows."""


def figures_of(fan: str) -> tuple[str, ...]:
    """The headline figures of a fan; of one of another policy those of the first."""
    return FAN_FIGURES.get(fan, FAN_FIGURES["pressure"])


def shown_in(metric: str, fan: str) -> bool:
    """Does a fan have something to say of a metric? One of another policy has of all."""
    return fan not in FAN_FIGURES or FAN_OF.get(metric, fan) == fan


REGISTER = "state_register"
"""The event whose years are counted."""

RESULT, RESULT_TWICE = "result_share_breach", "result_share_breach_twice"
"""The events that the result is below its minimum, and that it is so two years in a row."""

SCREEN_EVENTS = ("debt_ratio_above_75", BREACH, REGISTER)
"""The probabilities of the first screen."""

SIMULATED = ("debt_ratio", "restructuring_need", LASTING)
"""The pictures of a simulation."""

HEADLINES = (*DEBT, "net_operating_result_share", "restructuring_need", "restructuring_need_share")
"""The terminal's table of a simulation; the workbook's first sheet and its fans."""

COMPARED = (*DEBT, "net_operating_result_share", "restructuring_need")
COMPARED_EVENTS = ("debt_ratio_above_75", "uncovered_deficit_breach", BREACH, "state_register")
"""Alternatives side by side, in the terminal, on the report page and in the workbook."""

STRESSED = COMPARED
STRESSED_EVENTS = (BREACH, "state_register")
STRESSED_ENDS = ("debt_ratio_with_deficits", "restructuring_need")
"""Stress tests: tables, their events, and the picture, whose first figure ranks the tests."""

SENSITIVE = (*DEBT, "restructuring_need", "net_operating_result_share")
"""What ``ldip sensitivity`` asks the drivers and the assumptions about."""

REPORT_FANS = (
    *DEBT,
    "net_operating_result_share",
    "closing_buffer_fund",
    "closing_liquidity_reserve",
    "restructuring_need",
    *FAN_FIGURES["steered"][2:],
)
"""The fans of the report page; its population has a chapter of its own."""

WEB_ON_TOP = (
    ("debt_ratio", "p50"),
    (LASTING, "p50"),
    ("debt_ratio_above_75", "in_year"),
    (BREACH, "in_year"),
    ("restructuring_need", "p95"),
    ("state_register", "in_year"),
)
"""The answer on top of the live page: metrics and events, and which figure of each."""

WEB_CHARTS = (
    *(*DEBT, "net_operating_result_share"),
    *(LASTING, "restructuring_need", "closing_buffer_fund", "closing_liquidity_reserve"),
    *("debt_per_resident", "equity_share", "money_market_rate"),
)
WEB = (*WEB_CHARTS, "restructuring_need_share")
"""The charts of the live page, and all that it shows."""

IF_ANY = (
    *("natural_resource_tax", "property_tax", "concession_revenue", "one_off_revenue", "one_off_expenditure"),
    *("extra_fees", "dividends", "land_sales", "extra_cover"),
)
"""Lines that many municipalities lack: their rows of the official forms are left out where they are always zero."""
