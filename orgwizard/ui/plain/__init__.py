"""The same steps as plain lines, for screen readers, simple terminals and slow lines: nothing is drawn twice."""
