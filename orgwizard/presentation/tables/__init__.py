"""A run of many orgs in words: how it stands, and what became of each row."""
