"""The journal of attempts: what is on disk of each, before, during and after its creation."""
