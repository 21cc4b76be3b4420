"""The way in: `orgwizard`, and `python -m orgwizard`."""

import os
import sys


def run() -> int:
    """Run one command and return its exit code; Ctrl+C while it is loaded ends it without a traceback."""
    try:
        from orgwizard.cli import main

        return main()
    except KeyboardInterrupt:
        os.write(2, b"Cancelled.\n")
        return 130


if __name__ == "__main__":
    if not sys.flags.safe_path:
        del sys.path[0]  # the current folder: a module that lies there is not ours
    sys.exit(run())
