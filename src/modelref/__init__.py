"""Version recommender models with nothing but Git and DVC."""

__version__ = "0.1.0"
