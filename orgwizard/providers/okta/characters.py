"""Which characters Okta takes in names and addresses."""

from orgwizard.domain.forms.fields import wrong


def three_bytes_at_most(text: str) -> str:
    """Refuse what needs four bytes in UTF-8, such as emoji."""
    wide = next(((at, c) for at, c in enumerate(text, start=1) if ord(c) > 0xFFFF), None)
    if wide:
        raise wrong(f"Okta doesn't allow emoji or rare characters (position {wide[0]}).")
    return text
