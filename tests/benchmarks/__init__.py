"""What the wizard costs a line, a machine and a user's patience, beside a bare Textual form."""
