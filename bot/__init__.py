"""How we tell people: Telegram in and out, and nothing about a person kept that need not be."""
