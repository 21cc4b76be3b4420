"""Run orgwizard with `python -m orgwizard`."""

import sys

from orgwizard.cli import main

if __name__ == "__main__":
    sys.exit(main())
