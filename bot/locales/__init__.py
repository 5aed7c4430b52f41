"""Message catalogues (gettext): be, ru, en."""
