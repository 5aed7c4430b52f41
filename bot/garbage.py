"""Keeps Python's garbage collector from halting the bot: a full pass over all that an index version and the encoder hold
takes 0.1 s and more, in which nobody is answered."""

import gc


def settle() -> None:
    """Leave what this process holds now out of later passes. To be called when it has loaded what it serves from, and
    again when that was replaced: only then is there much that a pass could free."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()
