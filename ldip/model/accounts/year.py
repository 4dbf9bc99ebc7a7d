"""The order of the year: the one place that decides what is closed before what."""

from ldip.model.accounts import steps as s
from ldip.model.accounts.state import Opening, People, Plan, Weather, Year
from ldip.model.accounts.steps import NOISE


def close_year(plan: Plan, weather: Weather, people: People, opening: Opening) -> Year:
    """Close one year's accounts from its plan, its weather, its extra people and its opening balance (M4-M12)."""
    # 1 market: prices, rates, the loan book's effective rate
    cpi_index = s.index(plan.cpi_index, weather.cpi_factor)
    deflator_index = s.index(plan.deflator_index, weather.deflator_factor)
    rate = weather.money_market_rate
    swap_rate = s.swap_rate(plan.planned_swap_rate, plan.swap_loading, rate, plan.planned_rate)
    swap_surprise = swap_rate - plan.reference_swap_rate
    fixed_rate = s.fixed_rate(opening.fixed_rate, swap_rate, plan.refixing_share)
    loan_rate = s.loan_rate(plan.floating_share, rate, fixed_rate, plan.loan_margin)

    # 2 dwellings and people: users of the year are the average of its beginning and its end
    completions = s.completions(plan.programme, weather.completion_factor)
    extra_completions = completions - plan.programme
    opening_residents = plan.opening_residents + people.opening_residents
    residents = plan.residents + people.residents
    closing_residents = plan.closing_residents + people.closing_residents
    working_age = plan.working_age + people.working_age

    # 3 revenue: the national shock moves own and national tax alike, the own shock only own tax
    tax_revenue = s.tax_revenue(
        plan.tax,
        deflator_index,
        weather.national_tax_factor,
        weather.own_tax_factor,
        working_age,
        plan.working_age,
    )
    national_tax_per_resident = plan.national_tax_per_resident * deflator_index * weather.national_tax_factor
    equalisation = s.equalisation(
        s.ratio(tax_revenue, opening_residents),
        national_tax_per_resident,
        opening_residents,
        plan.equalisation_rate,
        plan.topup_rate,
        plan.topup_level,
        plan.equalisation_deduction,
    )
    block_grant = s.block_grant(plan.block_grant, deflator_index, opening_residents, plan.opening_residents)
    general_grant = block_grant + equalisation
    host_grant = plan.host_grant * deflator_index
    integration_grant = plan.integration_grant * deflator_index
    interest_compensation = s.interest_compensation(
        plan.compensation, deflator_index, plan.compensation_base, rate, plan.reference_rate
    )
    imputed_capital_cost = s.imputed_capital_cost(
        opening.self_financing_debt, plan.imputed_share, plan.full_cost_share, swap_surprise
    )
    sector_revenue = s.sector_revenue(
        plan.sector_revenue,
        deflator_index,
        residents,
        plan.residents,
        plan.full_cost_share,
        opening.self_financing_debt,
        swap_surprise,
    )
    other_revenue = host_grant + integration_grant + interest_compensation
    income_system_loss = s.income_system_loss(
        plan.income_system_loss,
        deflator_index,
        plan.revenue_shortfall,
        weather.income_system_loss,
        tax_revenue + general_grant + other_revenue + sector_revenue,
    )
    free_revenue = tax_revenue + general_grant - income_system_loss
    external_revenue = free_revenue + other_revenue
    central_revenue = external_revenue + imputed_capital_cost
    operating_revenue = external_revenue + sector_revenue

    # 4 operations
    kindergarten_cost = s.service_cost(plan.kindergartens, plan.real_standard, people.kindergartens, deflator_index)
    school_cost = s.service_cost(plan.schools, plan.real_standard, people.schools, deflator_index)
    care_cost = s.service_cost(plan.care, plan.real_standard, people.care, deflator_index)
    other_service_cost = s.other_service_cost(
        plan.other_services, plan.other_services_following, deflator_index, residents, plan.residents
    )
    premises_cost = s.premises_cost(plan.premises_share, opening.new_capacity, deflator_index)
    adopted_measures = plan.adopted_measures * deflator_index
    delivery = plan.measures_delivery * weather.delivery_factor
    undelivered_measures = s.undelivered_measures(adopted_measures, delivery)
    restructuring_measures = s.restructuring_measures(
        weather.restructuring_step,
        plan.step_years,
        opening.decided_measures,
        delivery,
        deflator_index,
    )
    pension_premium = plan.pension_premium * deflator_index
    pension_cost = s.pension_cost(pension_premium, plan.premium_deviation, plan.premium_amortisation)
    pension_beyond_frames = s.pension_beyond_frames(
        plan.premium_amortisation, plan.premium_deviation, plan.pension_in_frames, deflator_index
    )
    net_sector_expenditure = (
        kindergarten_cost
        + school_cost
        + care_cost
        + other_service_cost
        + premises_cost
        + undelivered_measures
        - restructuring_measures
        + pension_beyond_frames
    )
    price_compensation = s.price_compensation(net_sector_expenditure, deflator_index, opening.deflator_index)
    extra_demand = people.kindergartens + people.schools + people.care
    demography_compensation = s.service_cost(plan.demography_compensation, 1.0, extra_demand, deflator_index)
    gross_operating_result = central_revenue - net_sector_expenditure

    # 5 investment and its planned financing: what equity, grants and sales do not pay is borrowed
    kindergarten_capacity = s.capacity(
        opening.kindergarten_capacity, plan.kindergarten_places, people.kindergarten_places, plan.builds_places
    )
    school_capacity = s.capacity(
        opening.school_capacity, plan.school_places, people.school_places, plan.builds_places
    )
    care_capacity = s.capacity(opening.care_capacity, plan.care_places, people.care_places, plan.builds_places)
    real_capacity_investment = plan.builds_places * (
        (kindergarten_capacity - opening.kindergarten_capacity)
        + (school_capacity - opening.school_capacity)
        + (care_capacity - opening.care_capacity)
    )
    real_renewal = plan.renewal_investment + plan.capacity_renewal_share * opening.new_capacity
    renewal_investment = real_renewal * deflator_index
    capacity_investment = real_capacity_investment * deflator_index
    real_infrastructure = plan.infrastructure_per_dwelling * completions
    infrastructure_investment = real_infrastructure * deflator_index
    real_planned = real_renewal + real_capacity_investment + real_infrastructure
    real_overrun = s.cost_overrun(real_planned, plan.builds_places, plan.cost_overrun, weather.construction_factor)
    real_ready = real_planned + real_overrun + opening.slipped_investment
    slippage = plan.slippage * weather.slippage_factor
    slipped_investment = slippage * real_ready
    cost_overrun = real_overrun * deflator_index
    slipped_in = opening.slipped_investment * deflator_index
    slipped_out = slipped_investment * deflator_index
    general_investment = (
        renewal_investment + capacity_investment + infrastructure_investment + cost_overrun + slipped_in - slipped_out
    )
    water_waste_investment = plan.water_waste_investment * deflator_index
    housing_investment = plan.housing_investment * deflator_index
    gross_investment = general_investment + water_waste_investment + housing_investment
    share_purchases = plan.share_purchases * deflator_index
    sales = plan.sales * deflator_index
    grants = s.grants(
        plan.grants,
        plan.grant_share,
        real_ready - slipped_investment,
        plan.contribution_per_dwelling,
        opening.extra_completions,
        deflator_index,
    )
    housing_grants = plan.housing_grant_share * housing_investment
    vat_compensation = plan.vat_share * general_investment
    use_of_investment_funds = s.least(plan.use_of_investment_funds, opening.investment_funds)
    to_finance = general_investment + share_purchases - sales - grants - vat_compensation - use_of_investment_funds
    planned_transfer = s.least(
        s.planned_transfer(
            plan.transfer_by_rule,
            plan.adopted_transfer,
            plan.equity_target,
            general_investment,
            vat_compensation,
            use_of_investment_funds,
            share_purchases,
        ),
        s.positive(to_finance),
    )
    planned_borrowing = s.positive(to_finance) - planned_transfer
    investment_fund_provision = s.positive(-to_finance)
    self_financing_borrowing = water_waste_investment + housing_investment - housing_grants

    # 6 finance: interest is on the planned closing debt, so that year-end balancing cannot feed back on itself
    ordinary_debt = opening.general_debt + opening.self_financing_debt
    minimum_instalments = s.minimum_instalments(opening.depreciation, ordinary_debt, opening.fixed_assets)
    general_instalments = s.instalments(
        opening.general_debt, plan.instalment_share, minimum_instalments, ordinary_debt
    )
    self_financing_instalments = s.instalments(
        opening.self_financing_debt, plan.instalment_share, minimum_instalments, ordinary_debt
    )
    instalments = general_instalments + self_financing_instalments
    on_lending_instalments = plan.on_lending_instalment_share * opening.on_lending_debt
    opening_debt = ordinary_debt + opening.on_lending_debt
    planned_closing_debt = (
        opening_debt
        + planned_borrowing
        + self_financing_borrowing
        + plan.on_lending
        - instalments
        - on_lending_instalments
    )
    interest = s.interest(loan_rate, opening_debt, planned_closing_debt)
    closing_on_lent = opening.on_lent + plan.on_lending - on_lending_instalments
    interest_income = s.interest_income(
        0.5 * (opening.on_lent + closing_on_lent),
        plan.on_lending_margin,
        rate,
        opening.liquidity_reserve,
        plan.other_bank_balances,
    )
    bonds = s.bond_return(plan.bond_return, opening.swap_surprise, swap_surprise, plan.bond_duration)
    bond_weight = 1.0 - plan.equity_weight
    equities = s.equity_return(plan.equity_return, weather.equity_factor)
    endowment_equity_return = s.part_return(opening.endowment_fund, plan.equity_weight, equities)
    endowment_bond_return = s.part_return(opening.endowment_fund, bond_weight, bonds)
    endowment_return = endowment_equity_return + endowment_bond_return
    endowment_gain = s.endowment_gain(
        endowment_equity_return,
        opening.endowment_fund,
        plan.equity_weight,
        plan.dividend_yield,
        bond_weight,
        plan.bond_duration * (swap_surprise - opening.swap_surprise),
    )
    endowment_cost = plan.endowment_cost_share * opening.endowment_fund
    net_financial_cost = interest + instalments - interest_income - (endowment_return - endowment_cost)
    net_operating_result = gross_operating_result - net_financial_cost

    # 7 year-end balancing. A deficit takes the buffer fund, then other funds, then equity in investment down to
    #   the minimum share, then stays uncovered; a surplus covers old deficits, fills the buffer to its target,
    #   restores the liquidity minimum, then pays investment instead of loans. M10.
    endowment_withdrawal = s.endowment_withdrawal(
        plan.endowment_withdrawal_share,
        opening.endowment_fund,
        endowment_return - endowment_cost,
        plan.endowment_base,
    )
    endowment_provision = endowment_return - endowment_cost - endowment_withdrawal
    use_of_wage_reserve = s.least(plan.use_of_wage_reserve, opening.wage_reserve)
    use_of_discretionary_funds = s.least(plan.use_of_discretionary_funds, opening.discretionary_funds)
    use_of_restricted_funds = s.least(plan.use_of_restricted_funds, opening.restricted_funds)
    balance = (
        net_operating_result
        - endowment_provision
        + use_of_wage_reserve
        + use_of_discretionary_funds
        - plan.provision_to_discretionary_funds
        + use_of_restricted_funds
        - planned_transfer
    )
    deficit = s.positive(-balance)
    buffer_use = s.least(deficit, s.positive(opening.buffer_fund - plan.buffer_floor * cpi_index))
    after_buffer = deficit - buffer_use
    discretionary_left = (
        opening.discretionary_funds - use_of_discretionary_funds + plan.provision_to_discretionary_funds
    )
    emergency_fund_use = s.least(after_buffer, s.positive(discretionary_left))
    emergency_wage_reserve_use = s.least(
        after_buffer - emergency_fund_use, s.positive(opening.wage_reserve - use_of_wage_reserve)
    )
    after_funds = after_buffer - emergency_fund_use - emergency_wage_reserve_use
    planned_equity = planned_transfer + vat_compensation + use_of_investment_funds - share_purchases
    spare_equity = s.positive(planned_equity - plan.equity_minimum * general_investment)
    transfer_cut = s.least(after_funds, s.least(planned_transfer, spare_equity))
    new_uncovered_deficit = after_funds - transfer_cut

    surplus = s.positive(balance)
    covered_deficit = s.least(surplus, opening.uncovered_deficit)
    to_buffer_target = s.positive(plan.buffer_target_share * operating_revenue - opening.buffer_fund)
    first_provision = s.least(surplus - covered_deficit, to_buffer_target)
    planned_liquidity = (
        opening.liquidity_reserve
        - use_of_wage_reserve
        - use_of_discretionary_funds
        + plan.provision_to_discretionary_funds
        - use_of_investment_funds
        + investment_fund_provision
        - (plan.premium_deviation - plan.premium_amortisation)
    )
    kept_for_liquidity = s.least(
        surplus - covered_deficit - first_provision,
        s.positive(plan.liquidity_minimum * cpi_index - planned_liquidity - covered_deficit - first_provision),
    )
    extra_transfer = s.least(surplus - covered_deficit - first_provision - kept_for_liquidity, planned_borrowing)
    buffer_provision = surplus - covered_deficit - extra_transfer
    transfer_to_investment = planned_transfer - transfer_cut + extra_transfer
    general_borrowing = planned_borrowing + transfer_cut - extra_transfer

    # 8 balance: stocks move only by the flows above
    closing_general_debt = opening.general_debt + general_borrowing - general_instalments
    closing_self_financing_debt = opening.self_financing_debt + self_financing_borrowing - self_financing_instalments
    closing_on_lending_debt = opening.on_lending_debt + plan.on_lending - on_lending_instalments
    closing_debt = closing_general_debt + closing_self_financing_debt + closing_on_lending_debt
    closing_net_debt = closing_debt - closing_on_lent
    closing_buffer_fund = opening.buffer_fund - buffer_use + buffer_provision
    closing_wage_reserve = opening.wage_reserve - use_of_wage_reserve - emergency_wage_reserve_use
    closing_discretionary_funds = discretionary_left - emergency_fund_use
    closing_investment_funds = opening.investment_funds - use_of_investment_funds + investment_fund_provision
    closing_restricted_funds = opening.restricted_funds - use_of_restricted_funds
    closing_endowment_fund = opening.endowment_fund + endowment_provision
    closing_funds = (
        closing_buffer_fund
        + closing_wage_reserve
        + closing_discretionary_funds
        + closing_investment_funds
        + closing_restricted_funds
        + closing_endowment_fund
    )
    closing_uncovered_deficit = opening.uncovered_deficit + new_uncovered_deficit - covered_deficit
    closing_overdue_deficit = s.overdue_deficit(opening.uncovered_deficit, opening.latest_deficit, covered_deficit)
    closing_premium_deviation = opening.premium_deviation + plan.premium_deviation - plan.premium_amortisation
    closing_liquidity_reserve = (
        opening.liquidity_reserve
        + (closing_buffer_fund - opening.buffer_fund)
        + (closing_wage_reserve - opening.wage_reserve)
        + (closing_discretionary_funds - opening.discretionary_funds)
        + (closing_investment_funds - opening.investment_funds)
        - (closing_uncovered_deficit - opening.uncovered_deficit)
        - (closing_premium_deviation - opening.premium_deviation)
    )
    new_capacity = opening.new_capacity + real_capacity_investment

    # 9 key figures, rules and restructuring need
    equity = transfer_to_investment + vat_compensation + use_of_investment_funds - share_purchases
    equity_share = s.ratio(equity, general_investment)
    net_operating_result_share = s.ratio(net_operating_result, operating_revenue)
    debt_ratio = s.ratio(closing_net_debt, operating_revenue)
    first_year_share = plan.floating_share + (1.0 - plan.floating_share) * plan.refixing_share
    lent_and_banked = closing_on_lent + closing_liquidity_reserve + plan.other_bank_balances
    bonds_held = bond_weight * closing_endowment_fund
    rate_exposure_first_year = s.rate_exposure(
        first_year_share * closing_debt,
        lent_and_banked,
        plan.full_cost_share,
        closing_self_financing_debt,
        plan.compensation_base,
    )
    rate_exposure_full = s.rate_exposure(
        closing_debt,
        lent_and_banked + bonds_held,
        plan.full_cost_share,
        closing_self_financing_debt,
        plan.compensation_base,
    )
    noise = NOISE * s.positive(operating_revenue)
    buffer_minimum = plan.buffer_minimum * cpi_index
    liquidity_minimum = plan.liquidity_minimum * cpi_index
    result_gap = s.result_gap(plan.result_share_minimum, operating_revenue, net_operating_result)
    equity_gap = s.least(s.positive(plan.equity_minimum * general_investment - equity), general_borrowing)
    buffer_gap = s.stock_gap(buffer_minimum, opening.buffer_fund, closing_buffer_fund)
    liquidity_gap = s.stock_gap(liquidity_minimum, opening.liquidity_reserve, closing_liquidity_reserve)
    restructuring_need = s.restructuring_need(
        result_gap,
        equity_gap,
        new_uncovered_deficit,
        s.buffer_need(
            buffer_gap, new_uncovered_deficit, transfer_cut, emergency_fund_use + emergency_wage_reserve_use, noise
        ),
        s.liquidity_need(liquidity_gap, new_uncovered_deficit, transfer_cut, noise),
    )
    newly_decided = s.newly_decided(plan.rule_policy, restructuring_need, deflator_index, plan.maximum_pace)
    result_share_breach = s.event(result_gap > noise)
    equity_share_breach = s.event(equity_gap > noise)
    buffer_fund_breach = s.event(closing_buffer_fund < buffer_minimum - noise)
    liquidity_breach = s.event(closing_liquidity_reserve < liquidity_minimum - noise)
    uncovered_deficit_breach = s.event(closing_uncovered_deficit > noise)
    broken_rules = (
        result_share_breach + equity_share_breach + buffer_fund_breach + liquidity_breach + uncovered_deficit_breach
    )

    return Year(
        cpi_index=cpi_index,
        deflator_index=deflator_index,
        money_market_rate=rate,
        swap_rate=swap_rate,
        swap_surprise=swap_surprise,
        fixed_rate=fixed_rate,
        loan_rate=loan_rate,
        completions=completions,
        extra_completions=extra_completions,
        residents=residents,
        closing_residents=closing_residents,
        working_age=working_age,
        tax_revenue=tax_revenue,
        equalisation=equalisation,
        block_grant=block_grant,
        general_grant=general_grant,
        income_system_loss=income_system_loss,
        free_revenue=free_revenue,
        host_grant=host_grant,
        interest_compensation=interest_compensation,
        integration_grant=integration_grant,
        imputed_capital_cost=imputed_capital_cost,
        central_revenue=central_revenue,
        sector_revenue=sector_revenue,
        operating_revenue=operating_revenue,
        kindergarten_cost=kindergarten_cost,
        school_cost=school_cost,
        care_cost=care_cost,
        other_service_cost=other_service_cost,
        premises_cost=premises_cost,
        undelivered_measures=undelivered_measures,
        restructuring_measures=restructuring_measures,
        pension_beyond_frames=pension_beyond_frames,
        net_sector_expenditure=net_sector_expenditure,
        demography_compensation=demography_compensation,
        new_needs=plan.new_needs * deflator_index,
        adopted_measures=adopted_measures,
        price_compensation=price_compensation,
        pension_premium=pension_premium,
        premium_deviation=plan.premium_deviation,
        premium_amortisation=plan.premium_amortisation,
        pension_cost=pension_cost,
        gross_operating_result=gross_operating_result,
        renewal_investment=renewal_investment,
        capacity_investment=capacity_investment,
        infrastructure_investment=infrastructure_investment,
        cost_overrun=cost_overrun,
        slipped_in=slipped_in,
        slipped_out=slipped_out,
        general_investment=general_investment,
        water_waste_investment=water_waste_investment,
        housing_investment=housing_investment,
        gross_investment=gross_investment,
        share_purchases=share_purchases,
        on_lending=plan.on_lending,
        sales=sales,
        grants=grants,
        housing_grants=housing_grants,
        vat_compensation=vat_compensation,
        use_of_investment_funds=use_of_investment_funds,
        planned_transfer=planned_transfer,
        planned_borrowing=planned_borrowing,
        self_financing_borrowing=self_financing_borrowing,
        depreciation=opening.depreciation,
        minimum_instalments=minimum_instalments,
        general_instalments=general_instalments,
        self_financing_instalments=self_financing_instalments,
        on_lending_instalments=on_lending_instalments,
        instalments=instalments,
        interest=interest,
        interest_income=interest_income,
        endowment_equity_return=endowment_equity_return,
        endowment_bond_return=endowment_bond_return,
        endowment_return=endowment_return,
        endowment_gain=endowment_gain,
        endowment_cost=endowment_cost,
        net_financial_cost=net_financial_cost,
        net_operating_result=net_operating_result,
        endowment_withdrawal=endowment_withdrawal,
        endowment_provision=endowment_provision,
        use_of_wage_reserve=use_of_wage_reserve,
        use_of_discretionary_funds=use_of_discretionary_funds,
        provision_to_discretionary_funds=plan.provision_to_discretionary_funds,
        use_of_restricted_funds=use_of_restricted_funds,
        buffer_use=buffer_use,
        emergency_fund_use=emergency_fund_use,
        emergency_wage_reserve_use=emergency_wage_reserve_use,
        transfer_cut=transfer_cut,
        new_uncovered_deficit=new_uncovered_deficit,
        covered_deficit=covered_deficit,
        buffer_provision=buffer_provision,
        extra_transfer=extra_transfer,
        transfer_to_investment=transfer_to_investment,
        general_borrowing=general_borrowing,
        investment_fund_provision=investment_fund_provision,
        closing_general_debt=closing_general_debt,
        closing_self_financing_debt=closing_self_financing_debt,
        closing_on_lending_debt=closing_on_lending_debt,
        closing_debt=closing_debt,
        closing_on_lent=closing_on_lent,
        closing_net_debt=closing_net_debt,
        closing_buffer_fund=closing_buffer_fund,
        closing_wage_reserve=closing_wage_reserve,
        closing_discretionary_funds=closing_discretionary_funds,
        closing_investment_funds=closing_investment_funds,
        closing_restricted_funds=closing_restricted_funds,
        closing_endowment_fund=closing_endowment_fund,
        closing_endowment_buffer=closing_endowment_fund - plan.endowment_base,
        closing_funds=closing_funds,
        closing_uncovered_deficit=closing_uncovered_deficit,
        closing_overdue_deficit=closing_overdue_deficit,
        closing_premium_deviation=closing_premium_deviation,
        closing_liquidity_reserve=closing_liquidity_reserve,
        closing_fixed_assets=s.fixed_assets(
            opening.fixed_assets, gross_investment, vat_compensation, sales, opening.depreciation
        ),
        depreciation_ahead=s.depreciation_ahead(
            opening.depreciation, gross_investment, vat_compensation, plan.useful_life
        ),
        kindergarten_capacity=kindergarten_capacity,
        school_capacity=school_capacity,
        care_capacity=care_capacity,
        new_capacity=new_capacity,
        slipped_investment=slipped_investment,
        net_operating_result_share=net_operating_result_share,
        debt_ratio=debt_ratio,
        debt_ratio_mixed_prices=debt_ratio * s.ratio(deflator_index, cpi_index),
        debt_ratio_with_deficits=s.ratio(closing_net_debt + closing_uncovered_deficit, operating_revenue),
        equity_share=equity_share,
        fund_share=s.ratio(
            closing_buffer_fund + closing_wage_reserve + closing_discretionary_funds, operating_revenue
        ),
        net_financial_cost_share=s.ratio(net_financial_cost, operating_revenue),
        investment_share=s.ratio(gross_investment, operating_revenue),
        debt_per_resident=s.ratio(closing_debt, closing_residents),
        rate_exposure_first_year=rate_exposure_first_year,
        rate_exposure_full=rate_exposure_full,
        result_share_breach=result_share_breach,
        equity_share_breach=equity_share_breach,
        buffer_fund_breach=buffer_fund_breach,
        liquidity_breach=liquidity_breach,
        uncovered_deficit_breach=uncovered_deficit_breach,
        any_rule_breach=s.event(broken_rules > 0.5),
        state_register=s.event(
            s.event(closing_uncovered_deficit > plan.deficit_limit_share * s.positive(operating_revenue) + noise)
            + s.event(closing_overdue_deficit > noise)
            > 0.5
        ),
        restructuring_need=restructuring_need,
        restructuring_need_share=s.ratio(restructuring_need, net_sector_expenditure),
        newly_decided=newly_decided * deflator_index,
        decided_measures=opening.decided_measures + newly_decided,
    )
