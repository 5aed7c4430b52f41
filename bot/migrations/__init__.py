"""How the database got its present tables, a step a file; `bot/database.py` runs them."""
