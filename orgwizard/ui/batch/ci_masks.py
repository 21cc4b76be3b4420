"""New keys that are about to be printed in a CI job: its service is told first to hide them in its log."""

import os
from collections.abc import Iterable, Mapping

from pydantic import SecretStr

from orgwizard.application.keys.value_formats import mask
from orgwizard.ui.batch.streams import write_exactly

# Services that document a line which makes a value secret: a variable that says where a job runs, how the line begins,
# and how a percent sign is escaped.
# Sources: "Workflow commands for GitHub Actions", and "Logging commands" of Azure Pipelines.
_SERVICES = (("GITHUB_ACTIONS", "::add-mask::", "%25"), ("TF_BUILD", "##vso[task.setsecret]", "%AZP25"))


def hide(secrets: Mapping[str, SecretStr], *, as_json: bool) -> None:
    """Print the lines that hide *secrets*, if this is the job of a service that has such lines.

    They go where the keys go, so that they come first; with --json, whose stdout is one object, to stderr, which these
    services read too.
    """
    write = mask_lines(os.environ, (secret.get_secret_value() for secret in secrets.values()))
    if write:
        write_exactly(write, "stderr" if as_json else "stdout")


def mask_lines(environ: Mapping[str, str], values: Iterable[str]) -> str:
    """Return a line for each of *values*, "" for a service that has no such lines, or for none."""
    for variable, command, percent in _SERVICES:
        if environ.get(variable, "").lower() == "true":
            return "".join(f"{command}{mask(value, percent)}\n" for value in values)
    return ""
