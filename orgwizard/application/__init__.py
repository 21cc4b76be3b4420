"""The use cases: connect, check, create, look up, store, wait until ready. Knows no screen and no httpx."""
