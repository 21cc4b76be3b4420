"""Reaching a parent org: what the user already has for it, its tokens, and what is asked before a creation."""
