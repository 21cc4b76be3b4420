"""Okta: Org Creator API (POST /api/v1/orgs)."""
