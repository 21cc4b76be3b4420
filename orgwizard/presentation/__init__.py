"""What wizard and plain mode share: the order of the steps, their state and their texts."""
