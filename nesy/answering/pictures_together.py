"""What a pipeline does with several pictures: an album of them, and questions about it."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path

from nesy.analysis import Album, Analysis
from nesy.answering.album_answer import AlbumAnswer, ask_album
from nesy.answering.album_question import read_album_question
from nesy.image import Image
from nesy.loop.dialogue import Dialogue
from nesy.loop.together import Watch, album_of, together
from nesy.ontology import Ontology
from nesy.settings import Settings


class PicturesTogether(ABC):
    """The half of `nesy.Pipeline` that is about several pictures at once; the other half analyzes each."""

    settings: Settings

    @abstractmethod
    def analyze(self, image: str | Path | Image) -> Analysis:
        """Analyze one picture."""

    @property
    @abstractmethod
    def dialogue(self) -> Dialogue:
        """The model with what checks it."""

    @property
    @abstractmethod
    def ontology(self) -> Ontology:
        """The words that are known."""

    def analyze_together(self, images: Sequence[str | Path | Image], watch: Watch = iter) -> Album:
        """Analyze two to twelve pictures one by one, then ask what is in several of them: checked, asked again, mended.

        Args:
            images: pictures, or their paths.
            watch: wraps the pictures while they are analyzed, for a progress bar.

        Raises:
            InputError: a picture cannot be read, is there twice, or there are too few or too many.
            KnowledgeError, ReplyError: as `analyze`.
            ModelError: as `analyze`, or the model takes no turns about so many pictures.
        """
        return album_of([opened(image) for image in images], self.analyze, lambda: self.dialogue, watch)

    def ask_together(
        self, images: Sequence[str | Path | Image], question: str, *, album: Album | None = None
    ) -> AlbumAnswer:
        """Analyze pictures together and answer a question: from the checked lists, and by the model where they cannot.

        Args:
            images: as `analyze_together` takes them.
            question: in the language of the settings.
            album: of these pictures, where there is one already: several questions then share it.

        Raises:
            InputError: as `analyze_together`; the question cannot be asked, or the album is of other pictures.
            KnowledgeError, ModelError, ReplyError: as `analyze_together`.
        """
        asked = read_album_question(question, self.ontology, self.settings.language.code)
        pictures = together([opened(image) for image in images], album)
        analyzed = self.analyze_together(pictures) if album is None else album
        return ask_album(self.dialogue, pictures, asked, analyzed)


def opened(image: str | Path | Image) -> Image:
    """Return a picture, read where a path is given; raises as `Image.open`."""
    return image if isinstance(image, Image) else Image.open(image)
