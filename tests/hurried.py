"""The program with its time running faster: python -m tests.hurried SPEED ARGUMENTS..."""

import sys
from collections.abc import Callable, Sequence
from functools import partial

from orgwizard import cli
from orgwizard.domain import clock
from orgwizard.domain.clock import Clock
from orgwizard.storage.stores import vault

STORE_SECONDS = 30.0


def hurried(factor: float) -> Callable[..., Clock]:
    """Return what makes clocks that run faster by a factor."""
    return lambda speed=1.0: Clock(speed * factor)


def run(factor: float, argv: Sequence[str]) -> int:
    """Run one command; how long a store may take shrinks with everything else."""
    clock.Clock = hurried(factor)  # type: ignore[assignment, misc]
    vault.Vault = partial(vault.Vault, seconds=STORE_SECONDS / factor)  # type: ignore[misc, assignment]
    return cli.main(argv)


if __name__ == "__main__":
    sys.exit(run(float(sys.argv[1]), sys.argv[2:]))
