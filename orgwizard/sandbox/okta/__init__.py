"""A pretend Okta, imitated from its documents."""
