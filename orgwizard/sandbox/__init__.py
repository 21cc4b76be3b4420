"""Imitations of Okta and Datadog, written from their documentation: no account, no network."""
