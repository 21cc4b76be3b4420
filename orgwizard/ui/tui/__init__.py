"""The wizard on a terminal, drawn with Textual: a view of the draft, with no rule and no I/O of its own."""
