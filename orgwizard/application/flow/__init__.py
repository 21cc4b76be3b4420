"""The stages of a creation, a module each; `creation` and `resumption` put them in order."""
