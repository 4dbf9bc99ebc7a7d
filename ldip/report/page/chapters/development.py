"""The chapter of the fans."""

from ldip.model.shown import REPORT_FANS
from ldip.report.page.blocks import Material, Section, Words
from ldip.report.page.fan_picture import fan_picture
from ldip.text import Text

DEVELOPMENT = Text("Utviklingen år for år", "Year by year")
READ_FAN = Text(
    nb="I ni av ti framtider ligger tallet innenfor det lyse båndet, i halvparten innenfor det mørke. Den "
    "heltrukne linjen er medianen: halvparten av framtidene ligger over, halvparten under. Den stiplede linjen er "
    "referansebanen, planen videreført uten overraskelser. De røde linjene er grenser.",
    en="In nine of ten futures the figure lies inside the light band, in half of them inside the dark one. The "
    "solid line is the median: half of the futures lie above, half below. The dashed line is the baseline, the "
    "plan continued with no surprises. The red lines are limits.",
)


def chapter(m: Material) -> Section:
    """The fans."""
    fans = [fan_picture(m, name) for name in REPORT_FANS]
    return Section("development", m.say(DEVELOPMENT), [Words(m.say(READ_FAN)), *fans])
