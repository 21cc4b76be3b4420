"""Values, rules, events and errors. No I/O, no clock, no network; imports nothing above it."""
