"""Use cases: verbs, one file each. They know ports, never the world behind them."""
