"""The steps in plain lines, one file each."""
