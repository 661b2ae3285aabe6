"""Gates: the rules that a version must pass before it may hold a stage. Pure.

A rule looks once at what was measured and notes plain facts; whether it passes is decided from
these facts alone. So the facts are the evidence: whoever has them can decide again.
"""
