"""Attempts in words: each in a line, all about one, and what can be done next with it."""
