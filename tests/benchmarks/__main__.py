"""Prints what the wizard costs, on our driver, on Textual's, and beside a bare form: python -m tests.benchmarks.

Exits with 1 where a count of bytes is over its budget; times depend on the machine and are only reported.
With --bytes it counts and measures nothing else, in a quarter of the time.
"""

import math
import statistics
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from tests.benchmarks.counts import Bytes, count
from tests.benchmarks.request import added_seconds
from tests.benchmarks.times import BARE, OURS, TEXTUALS, Start, Walk, command_seconds, imports_textual, start, walk

STARTS = 3
START_BYTES = 1500
COMMAND_FIXED_MS = 60.0
HEADER = ("", "wizard", "on Textual's driver", "bare form", "goal", "")


@dataclass(frozen=True)
class Row:
    """One line of the table; a count of bytes must keep its budget, anything else is only told."""

    what: str
    ours: float
    textuals: float | None
    bare: float | None
    goal: str
    over: bool
    counts: bool = False

    def cells(self) -> tuple[str, ...]:
        """Return the texts of the line."""
        figures = (_figure(value) for value in (self.ours, self.textuals, self.bare))
        return (self.what, *figures, self.goal, "over" if self.over else "")


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:,.0f}" if value >= 10 or value == int(value) else f"{value:.1f}"


def _bytes(what: str, ours: float, textuals: float | None, goal: int) -> Row:
    return Row(f"{what}, bytes", ours, textuals, None, f"{goal:,}", ours > goal, counts=True)


def _ratio(what: str, goal: float, values: Sequence[Sequence[float]]) -> Row:
    """Return a row whose goal is a multiple of the bare form's figure; the best of several runs counts."""
    ours, textuals, bare = (min(runs) for runs in values)
    return Row(what, ours, textuals, bare, f"{goal} x bare, is {ours / bare:.2f}", ours > goal * bare)


def _per_key(found: Bytes) -> Iterator[Row]:
    for step, costs in found.keys.items():
        ours, textuals = zip(*costs, strict=True)
        yield _bytes(f"a key at {step}, median", statistics.median(ours), statistics.median(textuals), 30)
        yield _bytes(f"a key at {step}, 95th percentile", _p95(ours), _p95(textuals), 120)


def _moves(found: Bytes) -> Iterator[Row]:
    for move, (ours, textuals) in sorted(found.moves.items()):
        yield _bytes(move, ours, textuals, 2500)


def _p95(values: Sequence[float]) -> float:
    return sorted(values)[math.ceil(0.95 * len(values)) - 1]


def _starts(starts: Sequence[Sequence[Start]]) -> Iterator[Row]:
    """Yield the rows about a start; *starts* are those of the wizard, of it on Textual's driver, of the bare form."""

    def each(figure: Callable[[Start], float]) -> list[list[float]]:
        return [[figure(run) for run in runs] for runs in starts]

    ours, textuals, _ = (statistics.median(run.bytes for run in runs) for runs in starts)
    yield _bytes("start", ours, textuals, START_BYTES)
    yield _ratio("start to the first step, ms", 1.15, each(lambda run: run.seconds * 1000))
    yield _ratio("key to paint, 95th percentile, ms", 1.3, each(lambda run: _p95(run.key_seconds) * 1000))
    yield _ratio("peak memory at the first step, MB", 1.5, each(lambda run: run.kilobytes / 1024))


def _seconds(ours: Walk, textuals: Walk | None = None) -> Iterator[Row]:
    yield _bytes("a second of nothing", ours.idle, textuals.idle if textuals else None, 0)
    yield _bytes("a second of the countdown", ours.countdown, textuals.countdown if textuals else None, 60)


def _walks(ours: Walk, textuals: Walk) -> Iterator[Row]:
    yield from _seconds(ours, textuals)
    what = "Next on a line of 75 ms and 4,000 bytes/s, ms"
    yield Row(what, ours.next_seconds * 1000, textuals.next_seconds * 1000, None, "1,000", ours.next_seconds > 1)
    what = "peak memory of the whole job, with the sandbox in it, MB"
    yield Row(what, ours.kilobytes / 1024, textuals.kilobytes / 1024, None, "", over=False)


def _commands() -> Iterator[Row]:
    python = command_seconds("-c", "pass") * 1000
    for option in ("--version", "--help"):
        took = command_seconds("-m", "orgwizard", option) * 1000
        goal = 2 * python + COMMAND_FIXED_MS
        yield Row(f"{option}, ms", took, None, None, f"{goal:,.0f}", took > goal)
        yield Row(f"{option} imports Textual", float(imports_textual(option)), None, None, "0", imports_textual(option))


def _request() -> Row:
    added = added_seconds() * 1000
    return Row("added to the create request, ms", added, None, None, "50", added > 50)


def _print(rows: Sequence[Row]) -> None:
    lines = [HEADER, *(row.cells() for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEADER))]
    for line in lines:
        aligned = (cell.rjust(width) for cell, width in zip(line[1:], widths[1:], strict=True))
        print("  ".join((line[0].ljust(widths[0]), *aligned)).rstrip())


def everything() -> Iterator[Row]:
    """Measure everything, times first, while nothing else runs."""
    rounds = [[start(program) for program in (OURS, TEXTUALS, BARE)] for _ in range(STARTS)]
    yield from (*_starts(list(zip(*rounds, strict=True))), *_commands(), _request())
    with ThreadPoolExecutor() as side_by_side:
        yield from _walks(*side_by_side.map(walk, (OURS, TEXTUALS)))
    found = count()
    yield from (*_per_key(found), *_moves(found))


def bytes_alone() -> Iterator[Row]:
    """Count what does not depend on how busy the machine is, side by side."""
    with ThreadPoolExecutor() as side_by_side:
        started, walked = side_by_side.submit(start, OURS), side_by_side.submit(walk, OURS)
        found = count()
    yield _bytes("start", started.result().bytes, None, START_BYTES)
    yield from (*_seconds(walked.result()), *_per_key(found), *_moves(found))


def main() -> int:
    """Measure, print, and say whether a budget was kept."""
    rows = list(bytes_alone() if "--bytes" in sys.argv else everything())
    _print(rows)
    return int(any(row.over and row.counts for row in rows))


if __name__ == "__main__":
    sys.exit(main())
