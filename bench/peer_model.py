"""The small reference model that the peers run: one debt stock, AR(1) rate, growth and primary balance.

    rate_t    = mean + persistence (rate_t-1 - mean) + shock
    growth_t  = mean + shock
    primary_t = mean + shock                              [share of income]
    debt_t    = debt_t-1 (1 + rate_t) / (1 + growth_t) - primary_t

The shocks of a year are normal and correlated. The answer is the percentiles of debt in every year. The numbers are
made up, of the size of a European state's.
"""

YEARS = 20
OPENING_DEBT = 0.90
RATE, PERSISTENCE = 0.030, 0.85
GROWTH = 0.035
PRIMARY = 0.002
DEVIATIONS = (0.008, 0.020, 0.012)  # of the yearly shocks to rate, growth, primary balance
CORRELATION = ((1.0, 0.2, 0.0), (0.2, 1.0, 0.4), (0.0, 0.4, 1.0))
PERCENTILES = (0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95)
