"""A pretend Okta and Datadog, imitated from the facts alone: no account, no network, the whole job."""

from orgwizard.sandbox.magic import CREDENTIALS, MAGIC, Magic
from orgwizard.sandbox.transport import SandboxTransport
from orgwizard.sandbox.world import World

__all__ = ["CREDENTIALS", "MAGIC", "Magic", "SandboxTransport", "World"]
