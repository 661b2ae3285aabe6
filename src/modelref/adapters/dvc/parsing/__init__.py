"""Reading YAML, JSON and TOML from files that nobody vouches for, as DVC reads them."""
