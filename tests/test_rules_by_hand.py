"""Each account line against a number worked out by hand."""

import pytest

from ldip.model.accounts import balance, choices, finance, investment, market, revenue, rules, services, year_end


def test_equalisation_by_hand():
    # 1 000 residents, own tax 60 000 kr, national 40 000 kr, in mill.: 0.060 and 0.040.
    # symmetric: 0.6 x (0.040 - 0.060) = -0.012; no top-up above 90 %; deduction 1 % of 0.040 = 0.0004.
    assert revenue.tax_equalisation(0.060, 0.040, 1000, 0.60, 0.35, 0.90, 0.01) == pytest.approx(-12.4)
    # A poor municipality: own 0.030. symmetric 0.006; top-up 0.35 x (0.036 - 0.030) = 0.0021; -0.0004.
    assert revenue.tax_equalisation(0.030, 0.040, 1000, 0.60, 0.35, 0.90, 0.01) == pytest.approx(7.7)


def test_an_own_tax_krone_leaves_forty_oere():
    before = revenue.tax_equalisation(0.060, 0.040, 1000, 0.60, 0.35, 0.90, 0.01)
    after = revenue.tax_equalisation(0.061, 0.040, 1000, 0.60, 0.35, 0.90, 0.01)
    assert 1.0 + (after - before) == pytest.approx(0.40)


def test_a_national_percent_leaves_the_part_that_is_not_above_average():
    # 1 % on own 60 and national 40 mill.: tax +0.6; equalisation -0.6 x 0.2 - 0.01 x 0.4 = -0.124.
    before = revenue.tax_equalisation(0.060, 0.040, 1000, 0.60, 0.35, 0.90, 0.01)
    after = revenue.tax_equalisation(0.0606, 0.0404, 1000, 0.60, 0.35, 0.90, 0.01)
    assert after - before == pytest.approx(-0.124)


def test_loan_book():
    # swap: planned 3.0 %, short rate 1 point above plan, loading 0.8 -> 3.8 %
    assert market.five_year_rate(0.03, 0.8, 0.04, 0.03) == pytest.approx(0.038)
    # a fifth of the fixed loans moves from 2.5 to 3.8 %: 2.5 + 0.26
    assert market.average_fixed_rate(0.025, 0.038, 0.2) == pytest.approx(0.0276)
    # half at 4.0, half at 2.76, margin 0.4
    assert market.effective_rate(0.5, 0.04, 0.0276, 0.004) == pytest.approx(0.0378)
    # 3.78 % of the average of 10 000 and 11 000
    assert finance.interest_on(0.0378, 10_000.0, 11_000.0) == pytest.approx(396.9)


def test_instalments_never_below_the_minimum():
    # depreciation 560 of a book value of 14 000 is 4 %; on loans of 8 000 that is 320
    minimum = finance.statutory_instalments(560.0, 8000.0, 14_000.0)
    assert minimum == pytest.approx(320.0)
    # general debt is 5 000 of the 8 000: its own share 5 %, or 200 of the 320
    assert finance.instalments_on(5000.0, 0.05, minimum, 8000.0) == pytest.approx(250.0)
    assert finance.instalments_on(5000.0, 0.03, minimum, 8000.0) == pytest.approx(200.0)


def test_fixed_assets():
    # 14 000 + 2 977 invested, of which 474 VAT comes back, 38 sold, 560 depreciated
    assert balance.fixed_assets(14_000.0, 2977.0, 474.0, 38.0, 560.0) == pytest.approx(15_905.0)
    # a thirtieth of 560 has reached its end, a thirtieth of 2 503 comes in: 560 - 18.67 + 83.43
    assert balance.depreciation_of_next_year(560.0, 2977.0, 474.0, 30.0) == pytest.approx(624.767, abs=1e-3)


def test_pension():
    # HP 4.4.4, 2020: 791 - 271 + 248
    assert services.charged_pension(791.0, 271.0, 248.0) == pytest.approx(768.0)
    # amortisation 20 below the deviation; the frames hold 60 above it, prices 1.1: 86 less
    assert services.pension_outside_frames(0.0, 230.0, 250.0, 60.0, 1.1) == pytest.approx(-86.0)
    # wages take the premium 100 up, all of it deviation: nothing of it this year
    assert services.pension_outside_frames(100.0, 230.0, 350.0, 60.0, 1.1) == pytest.approx(-86.0)


def test_measures_and_prices():
    assert services.measures_that_fail(174.0, 0.75) == pytest.approx(43.5)
    # 8 000 at prices 3 % above last year's: 8 000 x 0.03 / 1.03
    assert services.compensation_for_prices(8000.0, 1.03, 1.0) == pytest.approx(233.01, abs=0.01)


def test_overdue_deficit():
    # 100 stand when the year opens, 30 of them from last year; 50 are covered, the oldest first: 20 of 70 are left
    assert balance.overdue_deficit(100.0, 30.0, 50.0) == pytest.approx(20.0)
    assert balance.overdue_deficit(100.0, 30.0, 80.0) == 0.0


def test_transfer_by_rule_and_adopted():
    # half of 2 000 less VAT 400 less funds 25 plus shares 42 = 617
    assert investment.transfer_by_rule_or_plan(1.0, 0.0, 0.5, 2000.0, 400.0, 25.0, 42.0) == pytest.approx(617.0)
    assert investment.transfer_by_rule_or_plan(0.0, 681.1, 0.5, 2000.0, 400.0, 25.0, 42.0) == pytest.approx(681.1)
    assert investment.transfer_by_rule_or_plan(1.0, 0.0, 0.5, 100.0, 400.0, 25.0, 42.0) == 0.0


def test_services_and_people():
    # frame 1 200 + 3 mill. for more users at a standard of 1.02
    assert services.frame_for_users(1200.0, 1.02, 3.0) == pytest.approx(1203.06)
    # 2 % more residents, 1 500 of 2 500 follow them: 30 more
    assert services.frame_for_residents(2500.0, 1500.0, 102_000.0, 100_000.0) == pytest.approx(2530.0)
    # users fall so that 900 instead of 1 000 would be enough: 30 of the 100 stay; more users cost in full
    assert services.sticky_cost(900.0, 0.3, 1000.0) == pytest.approx(930.0)
    assert services.sticky_cost(1100.0, 0.3, 1000.0) == pytest.approx(1100.0)
    assert services.running_cost(0.025, 300.0, 1.2) == pytest.approx(9.0)


def test_tax():
    # 7 000 x 1.029 x 0.98 x 1.05 x 0.99
    tax = revenue.tax_collected(7000.0, 1.029, 0.98, 1.05, 99.0, 100.0)
    assert tax == pytest.approx(7000 * 1.029 * 0.98 * 1.05 * 0.99)
    assert revenue.grant_per_resident(3000.0, 1.1, 101.0, 100.0) == pytest.approx(3333.0)


def test_needs_in_the_grants():
    # services for 1 000 residents by age cost 33 mill., 31 mill. for average ones; prices 1.1
    assert revenue.needs_equalised(1.0, 33.0, 1000.0, 0.031, 1.1) == pytest.approx(2.2)
    assert revenue.needs_equalised(0.5, 29.0, 1000.0, 0.031, 1.1) == pytest.approx(-1.1)
    # from 10 000 to 10 600 in three years is 200 a year, 140 are the limit: 60 x 60 000 kr
    assert revenue.grant_for_growth(10_600.0, 10_000.0, 0.06, 0.014, True) == pytest.approx(3.6)
    assert revenue.grant_for_growth(10_600.0, 10_000.0, 0.06, 0.014, False) == 0.0
    assert revenue.grant_for_growth(10_300.0, 10_000.0, 0.06, 0.014, True) == 0.0


def test_a_national_surprise_is_taken_back_per_head():
    """3 % more tax than the state's 34 000 kr a head, of which municipalities keep 1 %: 680 kr a head goes back. One
    with 1.6 times the tax gets 1 632 kr, pays 60 % of the 612 above the nation's, and keeps some; one with 0.8 times
    gets 816 kr and 122 of equalisation, and is left with less than the nation's 340."""
    assert revenue.taken_back_per_resident(34_000.0, 1.03, 1.01) == pytest.approx(680.0)
    left = {}
    for times in (1.6, 1.0, 0.8):
        own, nation = times * 34_000.0, 34_000.0
        before, after = (
            own * f + revenue.tax_equalisation(own * f, nation * f, 1.0, 0.6, 0.35, 0.0, 0.0) for f in (1.0, 1.03)
        )
        left[times] = after - before - 680.0
    assert left[1.0] == pytest.approx(340.0)
    assert left[1.6] == pytest.approx(1632.0 - 0.6 * 612.0 - 680.0)
    assert left[0.8] == pytest.approx(816.0 + 0.6 * 204.0 - 680.0)


def test_prices_beyond_the_forecast():
    # the deflator 1.5 % above plan after 0.5 %: 1 % more in the year, of which half of last year's 0.4 % was forecast
    assert market.prices_beyond_plan(1.015, 1.005) == pytest.approx(0.00995, abs=1e-5)
    # a surprise of 4.2 %, half of it mended: 2.1 % of the grants' value is lost for good
    assert market.real_value_of_grants(1.0, 0.042, 0.5) == pytest.approx(0.979)
    assert market.real_value_of_grants(0.98, -0.01, 0.5) == pytest.approx(0.9849)
    assert market.real_value_of_grants(1.0, 0.042, 1.0) == 1.0


def test_the_order_of_the_law():
    everything = {"transfer": 50.0, "provision": 10.0, "cover": 20.0, "buffer": 30.0, "other_funds": 5.0}

    def struck(deficit, budgeted=0.0):
        return year_end.strike(deficit, budgeted_buffer_use=budgeted, wage_reserve=4.0, **everything)

    # budgeted buffer use, transfer, provision, cover, buffer, other funds, wage reserve, uncovered
    assert struck(0.0) == (0, 0, 0, 0, 0, 0, 0, 0)
    assert struck(40.0) == (0, 40, 0, 0, 0, 0, 0, 0)
    assert struck(55.0) == (0, 50, 5, 0, 0, 0, 0, 0)
    assert struck(75.0) == (0, 50, 10, 15, 0, 0, 0, 0)
    assert struck(100.0) == (0, 50, 10, 20, 20, 0, 0, 0)
    assert struck(130.0) == (0, 50, 10, 20, 30, 5, 4, 11)
    # what the council budgeted of the buffer fund comes first, and what is left of the fund last
    assert struck(40.0, budgeted=25.0) == (25, 15, 0, 0, 0, 0, 0, 0)
    assert struck(110.0, budgeted=25.0) == (25, 50, 10, 20, 5, 0, 0, 0)


def test_where_a_surplus_goes():
    # to earlier deficits, to the buffer's target, to the liquidity minimum, to less borrowing, to extra instalments;
    # then it stays
    assert year_end.use_of_surplus(10.0, 0.0, 30.0, 50.0, 40.0, 60.0) == (0, 10, 0, 0, 0, 0)
    assert year_end.use_of_surplus(45.0, 0.0, 30.0, 50.0, 40.0, 60.0) == (0, 30, 15, 0, 0, 0)
    assert year_end.use_of_surplus(100.0, 0.0, 30.0, 50.0, 40.0, 60.0) == (0, 30, 20, 40, 10, 0)
    assert year_end.use_of_surplus(200.0, 0.0, 30.0, 50.0, 40.0, 60.0) == (0, 30, 20, 40, 60, 50)
    # what is covered lifts liquidity as well
    assert year_end.use_of_surplus(100.0, 12.0, 30.0, 50.0, 40.0, 60.0) == (12, 30, 8, 40, 10, 0)


def test_what_a_cover_plan_asks_for():
    # 40 over four years: 10 in the first; 38 stand instead of the planned 20 after a bad year: all 18 of the rest
    assert year_end.cover_in_budget(40.0, 30.0) == 10.0
    assert year_end.cover_in_budget(38.0, 20.0) == 18.0
    assert year_end.cover_in_budget(5.0, 20.0) == 0.0  # a surplus has covered more than planned
    assert year_end.cover_in_budget(40.0, 0.0) == 40.0


def test_revenue_of_ones_own():
    # 4 per mille of 4 500 mill. and of 90 dwellings of 2.5 mill. each, prices 3.9 % up: 18.9 x 1.039
    assert revenue.tax_on_property(4.0, 4500.0 + 2.5 * 90.0, 1.039) == pytest.approx(19.637, abs=1e-3)
    # 5 % on fees of 265 mill., prices 3 % up and 2 % more residents than planned
    assert revenue.fees_changed(0.05, 265.0 * 1.03, 12240.0, 12000.0) == pytest.approx(13.92, abs=0.01)
    # 100 invested, 43 borrowed; nothing borrowed where nothing is built
    assert rules.not_borrowed(43.0, 100.0) == pytest.approx(0.57)
    assert rules.not_borrowed(0.0, 0.0) == 1.0


def test_underlying_result():
    # 300 with a loss of 100 in the fund, where 95 were expected: 495
    assert finance.result_at_expected_return(300.0, -100.0, 95.0, 0.0) == pytest.approx(495.0)
    # 80 lost in a flood, once: what lasts is 80 better
    assert finance.result_at_expected_return(20.0, 0.0, 0.0, -80.0) == pytest.approx(100.0)


def test_what_a_municipality_that_steers_decides():
    def decided(share):
        return rules.decided_by_result(share, 0.03, 0.025, 0.4, 0.25, 0.02)

    assert decided(0.01) == pytest.approx(0.008)  # 2 points lack, 40 % of them
    assert decided(0.04) == 0.0
    assert decided(0.075) == pytest.approx(-0.005)  # 2 points above 5.5 %, a quarter of them
    assert decided(-0.10) == pytest.approx(0.02)
    assert decided(0.20) == pytest.approx(-0.02)
    assert rules.postponed_share(0.03, 0.03, 0.5) == 0.0
    assert rules.postponed_share(0.015, 0.03, 0.5) == pytest.approx(0.25)
    assert rules.postponed_share(-0.02, 0.03, 0.5) == pytest.approx(0.5)
    assert rules.postponed_share(0.01, 0.0, 0.5) == 0.0


def test_endowment_fund():
    # HP 11.3, 2020: 40 % of 2 482 at 6.3 % and 60 % at 2.2 % = 62.5 + 32.8
    assert finance.part_return(2482.0, 0.4, 0.063) == pytest.approx(62.5, abs=0.05)
    assert finance.part_return(2482.0, 0.6, 0.022) == pytest.approx(32.8, abs=0.05)
    # gain: 62.5 less dividends of 1.8 % on 992.8 (17.9), less 3 % that bonds of 1 489.2 lose (44.7)
    assert finance.change_of_value(62.5, 2482.0, 0.4, 0.018, 0.6, 0.03) == pytest.approx(
        62.5 - 17.87 - 44.68, abs=0.01
    )
    # 1.68 % of 2 482; 20 above the base: only that; below it: nothing
    assert year_end.real_return_withdrawn(0.0168, 2482.0, 91.0, 1529.0) == pytest.approx(41.7, abs=0.01)
    assert year_end.real_return_withdrawn(0.0168, 1600.0, -51.0, 1529.0) == pytest.approx(20.0)
    assert year_end.real_return_withdrawn(0.0168, 1600.0, -151.0, 1529.0) == 0.0
    # rate surprise from 0 to 1 point: carry as planned, capital loss of duration 3 x 1 point
    assert finance.bond_return(0.022, 0.0, 0.01, 3.0) == pytest.approx(0.022 - 0.03)
    # the year after, surprise unchanged: carry one point higher
    assert finance.bond_return(0.022, 0.01, 0.01, 3.0) == pytest.approx(0.032)


def test_hedges_against_the_rate():
    assert revenue.compensated_interest(16.0, 1.1, 80.0, 0.04, 0.03) == pytest.approx(18.4)
    assert revenue.compensated_interest(1.0, 1.0, 80.0, 0.00, 0.03) == 0.0
    # 3 000 mill. of debt: 4.8 % and 60 % of one point
    assert revenue.repaid_capital_cost(3000.0, 0.048, 0.6, 0.01) == pytest.approx(144.0 + 18.0)
    # what the fees pay more in imputed interest they also bring in
    assert revenue.fees_and_refunds(2400.0, 1.0, 1.0, 1.0, 0.6, 3000.0, 0.01) == pytest.approx(2418.0)
    assert finance.interest_received(1000.0, 0.0025, 0.03, 500.0, 600.0) == pytest.approx(32.5 + 33.0)


def test_what_one_point_costs():
    # 12 000 of debt, 4 000 lent, banked and in bonds, 60 % of 3 900 repaid by fees, 80 compensated: 1 % of 5 580
    assert rules.rate_exposure(12_000.0, 4_000.0, 0.6 * 3_900.0, 80.0) == pytest.approx(55.8)


def test_capacity_and_grants_never_negative():
    # places for 500 stand; 480 + 50 are needed: 530. 480 - 30: nothing is torn down. Plan years: the plan's own.
    assert investment.capacity(500.0, 480.0, 50.0, 1.0) == pytest.approx(530.0)
    assert investment.capacity(500.0, 480.0, -30.0, 1.0) == pytest.approx(500.0)
    assert investment.capacity(500.0, 520.0, 50.0, 0.0) == pytest.approx(520.0)
    # 50 adopted, 8 % of 1 000, 0.06 for each of 100 more dwellings last year, prices 1.1
    assert investment.replacement_value(1000.0, 1.0, investment=90.0, added=40.0, wear=30.0) == 1040.0
    assert investment.replacement_value(1000.0, 0.0, investment=90.0, added=40.0, wear=30.0) == 1060.0
    assert investment.replacement_value(1000.0, 0.0, investment=20.0, added=40.0, wear=30.0) == 1000.0
    assert investment.grants_received(50.0, 0.08, 1000.0, 0.06, 100.0, 4.0, 1.1) == pytest.approx(1.1 * 140.0)
    assert investment.grants_received(10.0, 0.0, 1000.0, 0.06, -800.0, 0.0, 1.1) == 0.0


def test_cost_overrun():
    # 1 000 planned, 5 % expected, building 4 % dearer by chance: 1 092; nothing in the plan years
    assert investment.overrun(1000.0, 1.0, 0.05, 1.04) == pytest.approx(92.0)
    assert investment.overrun(1000.0, 0.0, 0.05, 1.04) == 0.0


def test_policies():
    # 50 a year for three years and 20 decided, of which 90 % are delivered, prices 1.1
    assert services.lasting_savings(50.0, 3.0, 20.0, 0.9, 1.1) == pytest.approx(168.3)
    # services expanded by 30 cost 30
    assert services.lasting_savings(0.0, 3.0, -30.0, 0.9, 1.1) == pytest.approx(-33.0)


def test_restructuring_need():
    # result: 3 % of 11 000 is 330, there is 250 -> 80
    assert rules.lacking_result(0.03, 11_000.0, 250.0) == pytest.approx(80.0)
    assert rules.lacking_result(0.03, 11_000.0, 400.0) == 0.0
    # a fund falls from 150 to 40, minimum 100: this year took it 60 below
    assert rules.stock_gap(100.0, 150.0, 40.0) == pytest.approx(60.0)
    # it opened at 80, below the minimum: only the further fall counts
    assert rules.stock_gap(100.0, 80.0, 40.0) == pytest.approx(40.0)
    assert rules.stock_gap(100.0, 40.0, 60.0) == 0.0
    # To keep 60 in the buffer: the deficit and the funds after it (60) come first, then the 60 themselves.
    assert rules.buffer_need(60.0, 60.0, 80.0, 30.0, 1.0, 1e-5) == pytest.approx(120.0)
    # 50 of it were used after striking: then what was struck (30) is given back, and the 10 of budgeted use at last.
    assert rules.buffer_need(60.0, 60.0, 50.0, 30.0, 1.0, 1e-5) == pytest.approx(150.0)
    # While earlier deficits stand, that last part is earlier years' need.
    assert rules.buffer_need(60.0, 60.0, 50.0, 30.0, 0.0, 1e-5) == pytest.approx(110.0)
    assert rules.buffer_need(0.0, 60.0, 50.0, 30.0, 1.0, 1e-5) == 0.0
    # To give back 15 of equity what is taken after the transfer (40) comes first.
    assert rules.need_to_restore(15.0, 40.0, 0.0, 1e-5) == pytest.approx(55.0)
    assert rules.need_to_restore(0.0, 40.0, 0.0, 1e-5) == 0.0
    # liquidity 15 short: all that comes before the transfer (20) lifts it; 70 short: past the 30 of the transfer too
    assert rules.liquidity_need(15.0, 20.0, 30.0, 1e-5) == pytest.approx(15.0)
    assert rules.liquidity_need(70.0, 20.0, 30.0, 1e-5) == pytest.approx(100.0)
    # the same money serves them all; what adopted transfers lack of equity is on top; the result share stands alone
    assert rules.lasting_need(50.0, 0.0, 20.0, 60.0, 150.0, 100.0) == pytest.approx(150.0)
    assert rules.lasting_need(50.0, 10.0, 20.0, 220.0, 150.0, 200.0) == pytest.approx(230.0)
    assert rules.lasting_need(250.0, 10.0, 20.0, 0.0, 150.0, 200.0) == pytest.approx(250.0)


def test_ratio_of_nothing():
    assert choices.ratio(5.0, 0.0) == 0.0
    assert choices.ratio(5.0, -2.0) == 0.0
    assert choices.ratio(5.0, 2.0) == 2.5


def test_income_lost():
    # 376 mill. 2020-kr at prices of 1.1, and 1 + 3 % of 12 000
    assert revenue.taken_by_income_system(376.0, 1.1, 0.01, 0.03, 12_000.0) == pytest.approx(893.6)


def test_equities():
    # planned 6.3 %, and a year that leaves 0.9 of what was expected: 1.063 x 0.9
    assert finance.equity_return(0.063, 0.9) == pytest.approx(-0.0433)
