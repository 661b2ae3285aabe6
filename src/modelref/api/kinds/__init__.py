"""How each kind of diff is told: one file a kind, for the terminal, Markdown and JSON alike."""
