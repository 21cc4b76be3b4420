"""The machine: private files, locks, other programs, the keyring, signals and what the terminal can do."""
