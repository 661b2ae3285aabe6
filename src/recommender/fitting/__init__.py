"""What every model family stands on: the data it is fitted on, the protocol, the files."""
