"""The bundled documents: briefs this project wrote, each naming its sources."""
