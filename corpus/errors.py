"""The root of every error that an operator can act on. Nothing else lives here."""


class SpravaError(Exception):
    """What happened, where, and what to do next, in one line; the command line prints it and exits with 2."""
