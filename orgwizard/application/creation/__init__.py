"""Creating one org, and finishing what was interrupted: the one flow that all faces follow."""
