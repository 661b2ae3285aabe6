"""Reviews, told: for the terminal, as one comment that fits, and as JSON."""
