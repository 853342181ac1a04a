"""`python -m qkwidgets`: the command line, wherever its script is not on the path."""

from qkwidgets.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
