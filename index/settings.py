"""Settings of the index, on top of the corpus's. The only reader of the environment in this package."""

from pathlib import Path

from pydantic import Field

from corpus.settings import CorpusSettings


class IndexSettings(CorpusSettings):
    """Settings of `sprava index` and `sprava ask`."""

    model: str | None = Field(
        default=None,
        description="Any sentence-transformers name or folder. Unset: the embedded multilingual-e5-small.",
    )
    threads: int = Field(
        default=1,
        ge=1,
        description="Threads of the model. More than one made a query slower on two shared cores; measure before raising it.",
    )

    @property
    def index_folder(self) -> Path:
        """Where index versions are kept."""
        return self.home / "index"

    @property
    def model_folder(self) -> Path:
        """Where the embedded model is unpacked to."""
        return self.home / "models"
