"""`python -m nesy`: the command line."""

import sys

from nesy.cli import main

if __name__ == "__main__":
    sys.exit(main())
