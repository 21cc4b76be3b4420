"""Datadog: create child org (POST /api/v1/org)."""
