"""A Bayesian linear model from features to targets."""

__all__: list[str] = []
