"""JSON shapes of values: the contract that other programs build on. Keys are only ever added."""
