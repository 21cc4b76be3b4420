"""What scripts read: the JSON of results and lists, and the schemas of plans and results."""
