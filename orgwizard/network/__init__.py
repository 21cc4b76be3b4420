"""The network: one request out, one response back, and whether it was sent."""
