"""The DVC stages: one thin entry each, run as `python -m recommender.stages.<name>`.

Paths are relative to the current directory, where `dvc repro` runs them.
"""
