"""The steps, in order. A step that was published is never changed."""
