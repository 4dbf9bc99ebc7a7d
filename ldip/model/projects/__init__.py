"""The named projects of the investment plan, as the accounts meet them (M13)."""
