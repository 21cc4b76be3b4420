"""The faces: drawn on a terminal (tui), plain lines (plain), and without questions (batch)."""
