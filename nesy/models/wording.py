"""A model + prompt settings + ontology -> the same model, told its turns in these words."""

from collections.abc import Mapping, Sequence
from typing import Any

from nesy.errors import ModelError
from nesy.ontology import Ontology
from nesy.ontology.alternatives import words
from nesy.settings import PromptSettings
from nesy.settings.templates import TEMPLATES
from nesy.turns import ModelInfo, Reply, Request, VisionLanguageModel, info_of, replies

Words = tuple[tuple[str, tuple[str, ...]], ...]
"""Words by kind, as a request holds them."""


class Worded:
    """A model whose requests come with templates and words; whatever else it can do, it can still do."""

    def __init__(self, model: VisionLanguageModel, settings: PromptSettings, ontology: Ontology) -> None:
        self._model, self._settings, self._ontology = model, settings, ontology

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):  # its own, and not there yet
            raise AttributeError(name)
        return getattr(self._model, name)

    @property
    def info(self) -> ModelInfo:
        """Which model it is."""
        return info_of(self._model)

    def reply(self, request: Request) -> Reply:
        """Answer one request; raises as the model does."""
        return self._model.reply(told_in_words(request, self._settings, self._ontology))

    def replies(self, requests: Sequence[Request]) -> list[Reply]:
        """Answer requests about one image; raises as the model does."""
        return replies(self._model, [told_in_words(request, self._settings, self._ontology) for request in requests])


def told_in_words(request: Request, settings: PromptSettings, ontology: Ontology) -> Request:
    """Return a request with the template and the words that the settings have for it."""
    template = (getattr(settings, request.kind) if request.kind in TEMPLATES else None) or ""
    if template:
        return request.model_copy(update={"template": template, "words": all_words(ontology)})
    told = {"own": own_words, "all": all_words, "none": _no_words}[settings.vocabulary](ontology)
    return request.model_copy(update={"words": told}) if told and request.kind == "describe" else request


def worded(model: VisionLanguageModel, settings: PromptSettings, ontology: Ontology) -> VisionLanguageModel:
    """Return the model itself where nothing is to be said in other words, else one that is told so.

    Raises:
        ModelError: it has learnt its own turns, and the settings have templates.
    """
    templates = [kind for kind in TEMPLATES if getattr(settings, kind)]
    if templates and not getattr(model, "takes_templates", True):
        raise ModelError(
            f"{info_of(model).id} has learnt its own turns and takes no template of yours",
            f"leave out prompts.{templates[0]}, or name another model with --model",
        )
    told = settings.vocabulary == "all" or (settings.vocabulary == "own" and ontology.own)
    return Worded(model, settings, ontology) if templates or told else model


def all_words(ontology: Ontology) -> Words:
    """Return every word of the ontology, as it is written in a sentence, by kind."""
    return _in_words(
        {
            "categories": ontology.categories,
            "predicates": ontology.predicates,
            "parts": ontology.parts,
            "attributes": ontology.attributes,
        }
    )


def own_words(ontology: Ontology) -> Words:
    """Return the words of the files beside the shipped ones, by kind; a kind without one is left out."""
    mine = set(ontology.own_words.values())
    every = all_words(ontology)
    own = ((kind, tuple(one for one in found if one.replace(" ", "_") in mine)) for kind, found in every)
    return tuple((kind, found) for kind, found in own if found)


def _no_words(_ontology: Ontology) -> Words:
    return ()


def _in_words(terms: Mapping[str, frozenset[str]]) -> Words:
    return tuple((kind, tuple(sorted(words(one) for one in found))) for kind, found in terms.items())
