"""What we may quote: documents, passages and the readers that make them. Knows no vectors, no Telegram, no subscribers."""
