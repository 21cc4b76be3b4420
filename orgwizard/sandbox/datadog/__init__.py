"""A pretend Datadog, imitated from its documents."""
