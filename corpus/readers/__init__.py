"""One reader a format: bytes in, a Draft (what the file says about itself, and its body) out."""
