"""The user interfaces: the wizard (tui), plain mode (plain), and plans without questions (batch)."""
