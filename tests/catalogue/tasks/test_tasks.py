"""Task categories: PeaTMOSS' 36 in six domains, today's names, and why some cannot be ranked."""

from __future__ import annotations

from collections import Counter
from typing import get_args

import pytest

from ptmrank_core.catalogue import ALL_TASKS, TASKS, any_category, task_category
from ptmrank_core.catalogue.tasks.kinds import TaskCategory, UnrankableCategory
from ptmrank_core.catalogue.tasks.table import DOMAINS
from ptmrank_core.errors import InputError, UnknownNameError
from ptmrank_core.records import Modality, TargetKind

# Written down a second time, from the list that PeaTMOSS' authors used.
PEATMOSS = {
    "multimodal": "feature-extraction text-to-image image-to-text text-to-video visual-question-answering "
    "document-question-answering graph-machine-learning",
    "computer-vision": "depth-estimation image-classification object-detection image-segmentation "
    "image-to-image unconditional-image-generation video-classification zero-shot-image-classification",
    "natural-language-processing": "text-classification token-classification table-question-answering "
    "question-answering zero-shot-classification translation summarization conversational text-generation "
    "text2text-generation fill-mask sentence-similarity",
    "audio": "text-to-speech automatic-speech-recognition audio-to-audio audio-classification "
    "voice-activity-detection",
    "tabular": "tabular-classification tabular-regression",
    "reinforcement-learning": "reinforcement-learning robotics",
}
HUB_TODAY = (
    "text-classification token-classification table-question-answering question-answering "
    "zero-shot-classification translation summarization feature-extraction text-generation fill-mask "
    "sentence-similarity table-to-text multiple-choice text-ranking text-retrieval depth-estimation "
    "image-classification object-detection image-segmentation text-to-image image-to-text image-to-image "
    "image-to-video unconditional-image-generation video-classification text-to-video "
    "zero-shot-image-classification mask-generation zero-shot-object-detection text-to-3d image-to-3d "
    "image-feature-extraction keypoint-detection video-to-video text-to-speech text-to-audio "
    "automatic-speech-recognition audio-to-audio audio-classification voice-activity-detection "
    "audio-text-to-text image-text-to-text image-text-to-image image-text-to-video "
    "visual-question-answering document-question-answering video-text-to-text visual-document-retrieval "
    "any-to-any tabular-classification tabular-regression tabular-to-text time-series-forecasting "
    "reinforcement-learning robotics graph-ml"
)


def test_the_36_categories_stand_in_their_domains() -> None:
    """PeaTMOSS' names are all there, in its six domains, and nothing else is called one of its own."""
    own = [task for task in ALL_TASKS.values() if not task.is_later]
    assert {(task.domain, task.name) for task in own} == {
        (domain, name) for domain, names in PEATMOSS.items() for name in names.split()
    }
    assert len(own) == 36
    assert set(DOMAINS) == set(PEATMOSS)


@pytest.mark.parametrize("name", HUB_TODAY.split())
def test_todays_names_of_the_hub_are_understood(name: str) -> None:
    """Every category of today's Hub is one of ours or an alias of one."""
    assert name in {any_category(name).name, any_category(name).hub_name}


def test_every_category_says_what_ranks_it_or_why_not() -> None:
    """A rankable one has a modality, labels and what carries them; the others a reason in a sentence."""
    for task in ALL_TASKS.values():
        assert task.domain in DOMAINS
        if isinstance(task, TaskCategory):
            assert task.modality in get_args(Modality)
            assert task.target_kinds
            assert set(task.target_kinds) <= set(get_args(TargetKind))
            assert task.unit
            assert task.idea.endswith(".")
        else:
            assert task.reason.endswith(".")
            assert len(task.reason) > 40


def test_names_and_aliases_are_each_of_one_category() -> None:
    """No alias hides a category, and none stands for two."""
    names = [name for task in ALL_TASKS.values() for name in (task.name, *task.aliases)]
    assert [name for name, count in Counter(names).items() if count > 1] == []
    assert set(TASKS) <= set(ALL_TASKS)


def test_a_name_may_be_written_as_people_do() -> None:
    """Capitals and spaces do not matter; an alias leads to its category."""
    assert task_category("Image Classification").name == "image-classification"
    assert task_category("sentence-embeddings").name == "sentence-similarity"
    assert any_category("graph-ml").name == "graph-machine-learning"


@pytest.mark.parametrize("name", [n for n, t in ALL_TASKS.items() if isinstance(t, UnrankableCategory)])
def test_an_unrankable_category_says_why(name: str) -> None:
    """Asking to rank its models is bad input, answered with the reason and what to do instead."""
    with pytest.raises(InputError, match="Labelled samples cannot rank") as caught:
        task_category(name)
    assert not isinstance(caught.value, UnknownNameError)
    assert any_category(name).reason in caught.value.message  # type: ignore[union-attr]


def test_an_unknown_category_names_the_nearest() -> None:
    """A misspelt alias is corrected too."""
    with pytest.raises(UnknownNameError, match="Did you mean 'graph-ml'"):
        any_category("graph-mll")
