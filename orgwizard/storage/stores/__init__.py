"""The places where the keys of a new org can be kept, and what makes sure that they are."""
