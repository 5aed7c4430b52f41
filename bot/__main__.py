"""`python -m bot`: the same as the `sprava` command."""

from bot.cli import main

main()
