"""Everything that touches Textual's private or undocumented sides, each with its reason and its test."""
