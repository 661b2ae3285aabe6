"""``python -m modelref`` is the command ``modelref``."""

from modelref.surfaces.cli import main

if __name__ == "__main__":
    main()
