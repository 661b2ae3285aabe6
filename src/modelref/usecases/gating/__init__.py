"""How gates are read, measured and decided; ``gate`` and ``promote`` are the verbs."""
