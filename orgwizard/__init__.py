"""orgwizard creates child organizations at Okta and Datadog, once, and loses nothing on the way."""

__version__ = "0.1.0"
