"""The walk from start to creation, as wizard and plain mode share it: its steps, their state and decisions."""
