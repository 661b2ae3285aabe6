"""DVC itself, asked whether a model is what its pipeline would make."""
