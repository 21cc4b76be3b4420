"""Every answer of the sandbox is valid by the vendors' documents, but for the deviations named here."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import httpx
import pytest
import yaml
from jsonschema import Draft202012Validator
from openapi_core import OpenAPI
from openapi_core.protocols import Request as SpecRequest
from openapi_core.testing import MockRequest, MockResponse

from orgwizard.sandbox import MAGIC

SPECS = Path(__file__).parents[3] / "shared" / "specs"
pytestmark = pytest.mark.skipif(not SPECS.exists(), reason="the vendors' documents are not here")
