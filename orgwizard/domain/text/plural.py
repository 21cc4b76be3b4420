"""A count with its noun."""


def counted(count: int, noun: str) -> str:
    """Return both as they are read, such as "1 row" and "2 rows"."""
    return f"{count} {noun}{'' if count == 1 else 's'}"
