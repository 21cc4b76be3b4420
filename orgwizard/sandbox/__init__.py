"""A pretend Okta and Datadog, imitated from the facts alone: no account, no network, the whole job."""
