"""When: rules, hours policy, plans and the arbiter. Pure: every instant is an argument."""
