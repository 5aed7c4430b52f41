"""Where this program reads and writes: the settings that the corpus needs. The only reader of the environment here."""

from pathlib import Path

from platformdirs import user_data_path
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

BUNDLED = Path(__file__).parent / "documents"


class CorpusSettings(BaseSettings):
    """Settings of `sprava corpus`; every field is an environment variable with the prefix SPRAVA_."""

    model_config = SettingsConfigDict(
        env_prefix="SPRAVA_", extra="ignore", frozen=True, env_ignore_empty=True
    )

    home: Path = Field(
        default_factory=lambda: user_data_path("sprava", appauthor=False),
        description="Folder for everything this program writes: index versions, the model, added documents, the database.",
    )
    corpus: Path | None = Field(
        default=None,
        description="The one folder of document files to read and to add to. Unset: the bundled documents, plus those added under the home.",
    )

    @property
    def document_folders(self) -> tuple[Path, ...]:
        """Folders to read documents from; a later folder's document replaces an earlier one of the same id."""
        return (self.corpus,) if self.corpus else (BUNDLED, self.home / "corpus")

    @property
    def writable_folder(self) -> Path:
        """The folder that `corpus add` and `corpus withdraw` write to."""
        return self.corpus or self.home / "corpus"
