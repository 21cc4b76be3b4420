"""Draws the wizard's screens into screenshots/; with --check, fails where a picture is stale.

Run it with: python -m tests.screenshots

Pictures are SVG; the main ones are PNG too. A PNG notes the digest of the SVG it was drawn from, because its
pixels depend on the fonts of the machine.
"""

import asyncio
import hashlib
import re
import struct
import sys
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.tui.gallery import pictures

FOLDER = Path(__file__).parent.parent / "screenshots"
MAIN = tuple(f"terminal-80x24/{number}-" for number in ("02", "04", "07", "11", "12"))
NOTE = b"drawn-from"
JOURNEY = tuple(f"terminal-80x24/{number:02}-" for number in (1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12))
FRAME_SECONDS = 2.5


def with_own_fonts(svg: str) -> str:
    """Return the SVG without fonts from the web, in whatever monospaced font the reader has."""
    plain = re.sub(r"@font-face\s*{.*?}", "", svg, flags=re.DOTALL)
    named = re.sub(
        r"font-family:\s*(Fira Code|[\w-]*),?\s*monospace", "font-family: DejaVu Sans Mono, monospace", plain
    )
    # Most fonts reach lower than the one the picture was measured for: a size smaller keeps the last line whole.
    smaller = named.replace("font-size: 20px", "font-size: 19px")
    stable = re.sub(r"terminal-\d+", "terminal", smaller)
    return re.sub(r"[ \t]+$", "", stable, flags=re.MULTILINE)


def png(svg: str) -> bytes:
    """Return the picture as PNG, twice as large, with the note of its source."""
    import resvg_py

    drawn = bytes(resvg_py.svg_to_bytes(svg_string=svg, zoom=1.25))
    end = drawn.rindex(b"IEND") - 4
    return drawn[:end] + _chunk(b"tEXt", NOTE + b"\0" + _digest(svg)) + drawn[end:]


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _digest(svg: str) -> bytes:
    return hashlib.sha256(svg.encode()).hexdigest().encode()


async def drawn() -> dict[str, str]:
    """Return the SVG of every screen, by file name, and the moving picture of one whole journey."""
    made = {f"{name}.svg": with_own_fonts(svg) for name, svg in (await pictures()).items()}
    return made | {"journey.svg": moving([made[name] for name in sorted(made) if name.startswith(JOURNEY)])}


def moving(frames: Sequence[str]) -> str:
    """Return one SVG that shows pictures of one size in turn, for ever; what cannot move shows the first.

    Each frame's classes and ids get a prefix of their own, for the styles of an SVG hold in all of the picture.
    """
    size = re.search(r'viewBox="([^"]*)"', frames[0])
    assert size is not None
    share = 100 / len(frames)
    rules = (
        "@keyframes show { 0% { opacity: 1 } "
        f"{share:.3f}% {{ opacity: 1 }} {share + 0.001:.3f}% {{ opacity: 0 }} 100% {{ opacity: 0 }} }}",
        f".frame {{ opacity: 0; animation: show {len(frames) * FRAME_SECONDS}s infinite both }}",
        "#frame-0 { opacity: 1 }",
        *(f"#frame-{n} {{ animation-delay: {n * FRAME_SECONDS}s }}" for n in range(len(frames))),
    )
    drawn = (
        f'<g class="frame" id="frame-{n}">{re.sub(r"terminal-(?=[a-z])", f"f{n}-", frame)}</g>'
        for n, frame in enumerate(frames)
    )
    style = "<style>" + " ".join(rules) + "</style>"
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{size[1]}">{style}{"".join(drawn)}</svg>\n'


def stale(made: dict[str, str]) -> Iterator[str]:
    """Yield the names of pictures that are missing, outdated or no longer drawn."""
    for name, svg in made.items():
        path = FOLDER / name
        if not path.exists() or path.read_text() != svg:
            yield name
        picture = path.with_suffix(".png")
        if name.startswith(MAIN) and not (picture.exists() and _digest(svg) in picture.read_bytes()):
            yield str(picture.relative_to(FOLDER))
    yield from (str(path) for path in _files() if str(path.relative_to(FOLDER).with_suffix(".svg")) not in made)


def _files() -> list[Path]:
    return [path for path in FOLDER.rglob("*") if path.is_file()]


def draw(made: dict[str, str]) -> None:
    """Write all pictures anew."""
    for path in _files():
        path.unlink()
    for name, svg in made.items():
        (FOLDER / name).parent.mkdir(parents=True, exist_ok=True)
        (FOLDER / name).write_text(svg)
        if name.startswith(MAIN):
            (FOLDER / name).with_suffix(".png").write_bytes(png(svg))


def main() -> int:
    """Draw, or say with --check which pictures are stale."""
    made = asyncio.run(drawn())
    if "--check" not in sys.argv:
        draw(made)
    elif found := list(stale(made)):
        print(f"Stale: {', '.join(found)}. Run: python -m tests.screenshots", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
