"""The colours to choose from: the terminal's own sixteen, or a dark or light set of ours."""

from textual.theme import BUILTIN_THEMES, Theme

from orgwizard.system import terminal_caps

TERMINAL, DARK, LIGHT = terminal_caps.THEMES


def _theme(name: str, *, dark: bool = True, ansi: bool = False, **colours: str) -> Theme:
    """Return a theme from the names that wizard.tcss uses."""
    needed = BUILTIN_THEMES["ansi-dark"].variables if ansi else {}  # by the looks of Textual's own widgets
    variables = {**needed, "faint-style": "dim" if ansi else "none", **colours}
    line, paper, ink = colours["line"], colours["paper"], colours["ink"]
    return Theme(
        name=name,
        dark=dark,
        ansi=ansi,
        primary=line,
        accent=line,
        background=paper,
        surface=paper,
        panel=paper,
        boost=paper,
        foreground=ink,
        variables=variables,
    )


# Ours stand in the palette of 256 colours, so that they look the same with true colours and without; every text has
# a contrast of 4.5 to 1 or more on its paper (WCAG 2.2, 1.4.3).
THEMES = {
    theme.name: theme
    for theme in (
        _theme(
            TERMINAL,
            ansi=True,
            paper="ansi_default",
            ink="ansi_default",
            faint="ansi_default",
            line="ansi_cyan",
            rule="ansi_bright_black",
            wrong="ansi_red",
            good="ansi_green",
            warn="ansi_yellow",
        ),
        _theme(
            DARK,
            paper="#121212",
            ink="#e4e4e4",
            faint="#a8a8a8",
            line="#5fd7ff",
            rule="#4e4e4e",
            wrong="#ff8787",
            good="#87d787",
            warn="#ffd75f",
        ),
        _theme(
            LIGHT,
            dark=False,
            paper="#ffffff",
            ink="#121212",
            faint="#585858",
            line="#005f87",
            rule="#bcbcbc",
            wrong="#af0000",
            good="#005f00",
            warn="#875f00",
        ),
    )
}
