"""How we find a quotable passage, and how we know that there is none. Knows no Telegram and no subscribers."""
