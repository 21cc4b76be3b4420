#!/usr/bin/env python3
"""Runs first in orgwizard.pyz: under another Python than it was built for, one line says so instead of a traceback."""

import re
import sys
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path


def built_for(packages: Path) -> str:
    """Return the ending of the compiled modules, such as ".cpython-311-x86_64-linux-gnu.so"."""
    module = next(packages.glob("pydantic_core/_pydantic_core.*"))
    return module.name.removeprefix("_pydantic_core")


def words(ending: str) -> str:
    """Return which Python an ending stands for, in words."""
    found = re.match(r"\.cpython-(\d)(\d+)-(.+)\.so", ending)
    return f"Python {found[1]}.{found[2]} on {found[3]}" if found else f"another Python ({ending})"


wanted = built_for(globals()["site_packages"])  # shiv says where it has unpacked the file
if wanted not in EXTENSION_SUFFIXES:
    here = f"{sys.version_info[0]}.{sys.version_info[1]} on {sys.platform}"
    sys.stderr.write(f"orgwizard.pyz needs {words(wanted)}; this is Python {here}.\n")
    sys.exit(2)
