"""What both faces share of the way from the first question to the end: its state, its order and its words."""
