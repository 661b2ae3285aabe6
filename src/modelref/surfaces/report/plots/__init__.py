"""The plots of each kind of diff, one file a kind."""
