"""What each command does: a module for each kind of thing that it is about."""
