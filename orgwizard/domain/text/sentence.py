"""A clause as a sentence of its own."""


def capital(clause: str) -> str:
    """Return a clause with a capital at its beginning."""
    return f"{clause[:1].upper()}{clause[1:]}"


def sentence(clause: str) -> str:
    """Return a clause with a capital and a full stop; an address at its end stays as it is copied."""
    stop = "" if clause.endswith(".") or "://" in clause.rpartition(" ")[2] else "."
    return f"{capital(clause)}{stop}"
