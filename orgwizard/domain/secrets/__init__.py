"""Secrets: where they lie, what they look like, and how they are kept from being shown or written."""
