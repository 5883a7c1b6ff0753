"""The task categories: the 36 of PeaTMOSS in its six domains, then those that the Hub added later.

PeaTMOSS groups its models by the Hub's pipeline tags of 2023; its domains are kept although the Hub has since
moved some categories. Metrics score the vector that a model computes for a whole sample (for a word, in token
classification) against the sample's label. A category cannot be ranked if its models give no such vector, or
if such a label does not measure how well they do.
"""

from __future__ import annotations

from ptmrank_core.catalogue.tasks.kinds import AnyCategory, TaskCategory, UnrankableCategory

__all__ = ["CATEGORIES", "DOMAINS"]

MULTIMODAL, VISION, LANGUAGE = "multimodal", "computer-vision", "natural-language-processing"
AUDIO, TABULAR, REINFORCEMENT = "audio", "tabular", "reinforcement-learning"
DOMAINS = (VISION, LANGUAGE, AUDIO, TABULAR, MULTIMODAL, REINFORCEMENT)

_BACKBONE = "their backbone is ranked, with one label for each whole picture"
_DRAWS = (
    "These models generate {}. Labels of given samples do not measure how good that is, and most of these "
    "models give no vector for their input."
)
_WRITES = (
    "These models answer with free text. A label for each sample does not measure how well they write, and "
    "the answer also depends on the question."
)
_TEXTS = "To rank encoders on labelled texts, choose text-classification or feature-extraction."
_PICTURES = "To rank encoders on labelled pictures, choose image-classification or image-feature-extraction."
_SOUNDS = "To rank encoders on labelled recordings, choose audio-classification."
_ACTS = (
    "These models choose actions in the environment that they were trained in. It has no labelled samples, "
    "and their networks read states that exist in no other environment."
)


def _made(what: str) -> str:
    return _DRAWS.format(what)


_MULTIMODAL: tuple[AnyCategory, ...] = (
    TaskCategory(
        "feature-extraction",
        MULTIMODAL,
        "text",
        "Models that turn a text into a vector; those for pictures are now in image-feature-extraction.",
        unit="text",
    ),
    UnrankableCategory("text-to-image", MULTIMODAL, _made("pictures from texts"), _PICTURES),
    UnrankableCategory("image-to-text", MULTIMODAL, _WRITES, _PICTURES, aliases=("image-captioning",)),
    UnrankableCategory(
        "text-to-video", MULTIMODAL, _made("videos from texts"), "Choose video-classification."
    ),
    UnrankableCategory("visual-question-answering", MULTIMODAL, _WRITES, _PICTURES),
    TaskCategory(
        "document-question-answering",
        MULTIMODAL,
        "text",
        "Models of document pages. Only those that read a page's words are ranked; LayoutLM v2 and v3 and "
        "Donut also need its picture, and are not loaded.",
        unit="page's text",
    ),
    UnrankableCategory(
        "graph-machine-learning",
        MULTIMODAL,
        "These models read graphs, which cannot be used as samples here, and there is no common way to load "
        "them.",
        "You can rank features that you extract yourself.",
        aliases=("graph-ml",),
        hub_name="graph-ml",
    ),
)
_VISION: tuple[AnyCategory, ...] = (
    TaskCategory(
        "image-classification",
        VISION,
        "image",
        "Models that name what a picture shows, and their backbones.",
        unit="picture",
    ),
    TaskCategory(
        "zero-shot-image-classification",
        VISION,
        "image",
        "Models that match pictures and captions; the vector of the picture is ranked.",
        unit="picture",
    ),
    TaskCategory(
        "object-detection",
        VISION,
        "image",
        f"Models that locate objects in pictures; {_BACKBONE}.",
        unit="picture",
    ),
    TaskCategory(
        "image-segmentation", VISION, "image", f"Models that outline objects; {_BACKBONE}.", unit="picture"
    ),
    TaskCategory(
        "depth-estimation", VISION, "image", f"Models that estimate depth; {_BACKBONE}.", unit="picture"
    ),
    TaskCategory(
        "video-classification",
        VISION,
        "video",
        "Models that name what happens in a video.",
        unit="video",
    ),
    UnrankableCategory(
        "image-to-image",
        VISION,
        _made("pictures from pictures"),
        _PICTURES,
        aliases=("image-super-resolution",),
    ),
    UnrankableCategory("unconditional-image-generation", VISION, _made("pictures from noise"), _PICTURES),
)
_LANGUAGE: tuple[AnyCategory, ...] = (
    TaskCategory(
        "text-classification",
        LANGUAGE,
        "text",
        "Models that classify a text or a pair of texts, and their encoders.",
        unit="text",
    ),
    TaskCategory(
        "token-classification",
        LANGUAGE,
        "text",
        "Models that label each word of a sentence: names, parts of speech.",
        ("classification",),
        unit="word",
    ),
    TaskCategory(
        "fill-mask",
        LANGUAGE,
        "text",
        "Encoders pre-trained to predict masked words; the mean over the tokens of a text is ranked.",
        unit="text",
    ),
    TaskCategory(
        "sentence-similarity",
        LANGUAGE,
        "text",
        "Models that give similar sentences similar vectors.",
        unit="text",
        aliases=("sentence-embeddings",),
    ),
    TaskCategory(
        "text-generation",
        LANGUAGE,
        "text",
        "Decoders that continue a text; the vector of the last token is ranked.",
        unit="text",
    ),
    TaskCategory(
        "conversational",
        LANGUAGE,
        "text",
        "Models for dialogue, now part of text-generation; the vector of the last token is ranked.",
        unit="text",
        hub_name="text-generation",
    ),
    TaskCategory(
        "text2text-generation",
        LANGUAGE,
        "text",
        "Models that turn one text into another, now part of text-generation; their encoder is ranked.",
        unit="text",
        aliases=("text-to-text-generation",),
        hub_name="text-generation",
    ),
    TaskCategory(
        "question-answering",
        LANGUAGE,
        "text",
        "Models that find an answer in a text; their encoder is ranked on pairs of texts.",
        unit="text",
    ),
    TaskCategory(
        "zero-shot-classification",
        LANGUAGE,
        "text",
        "Models that judge whether one text follows from another; their encoder is ranked.",
        unit="text",
    ),
    UnrankableCategory("table-question-answering", LANGUAGE, _WRITES, _TEXTS),
    UnrankableCategory(
        "translation",
        LANGUAGE,
        _made("a text in another language"),
        "To rank their encoders on labelled texts, choose text2text-generation.",
    ),
    UnrankableCategory(
        "summarization",
        LANGUAGE,
        _made("a shorter text"),
        "To rank their encoders on labelled texts, choose text2text-generation.",
    ),
)
_AUDIO: tuple[AnyCategory, ...] = (
    TaskCategory(
        "audio-classification", AUDIO, "audio", "Models that classify recordings.", unit="recording"
    ),
    TaskCategory(
        "automatic-speech-recognition",
        AUDIO,
        "audio",
        "Models that transcribe speech; their encoder is ranked, with one label for each recording.",
        unit="recording",
    ),
    UnrankableCategory("text-to-speech", AUDIO, _made("speech from texts"), _SOUNDS),
    UnrankableCategory("audio-to-audio", AUDIO, _made("sound from sound"), _SOUNDS),
    UnrankableCategory(
        "voice-activity-detection",
        AUDIO,
        "These models mark when somebody speaks. A label for a whole recording does not measure that.",
        _SOUNDS,
    ),
)
_TABULAR: tuple[AnyCategory, ...] = (
    TaskCategory(
        "tabular-classification",
        TABULAR,
        "tabular",
        "Rows of numbers with a class each; the columns themselves are ranked, beside features of the rows.",
        ("classification",),
        unit="row",
    ),
    TaskCategory(
        "tabular-regression",
        TABULAR,
        "tabular",
        "Rows of numbers with a number to predict; ranked like rows with a class.",
        ("regression",),
        unit="row",
    ),
)
_REINFORCEMENT: tuple[AnyCategory, ...] = (
    UnrankableCategory("reinforcement-learning", REINFORCEMENT, _ACTS),
    UnrankableCategory("robotics", REINFORCEMENT, _ACTS),
)
# Added by the Hub after PeaTMOSS: name, domain, reason, what to do instead.
_LATER = (
    ("image-text-to-text", MULTIMODAL, _WRITES, _PICTURES),
    ("audio-text-to-text", MULTIMODAL, _WRITES, _SOUNDS),
    ("video-text-to-text", MULTIMODAL, _WRITES, "Choose video-classification."),
    ("any-to-any", MULTIMODAL, _WRITES, ""),
    ("image-text-to-image", MULTIMODAL, _made("pictures from pictures and texts"), _PICTURES),
    ("image-text-to-video", MULTIMODAL, _made("videos from pictures and texts"), _PICTURES),
    ("image-to-video", VISION, _made("videos from pictures"), _PICTURES),
    ("video-to-video", VISION, _made("videos from videos"), "Choose video-classification."),
    ("text-to-3d", VISION, _made("shapes from texts"), _PICTURES),
    ("image-to-3d", VISION, _made("shapes from pictures"), _PICTURES),
    ("text-to-audio", AUDIO, _made("sound from texts"), _SOUNDS),
    ("table-to-text", LANGUAGE, _made("texts from tables"), _TEXTS),
    ("tabular-to-text", TABULAR, _made("texts from rows"), _TEXTS),
)
_ORDERS = (
    "These models sort texts or pages by relevance to a question. That is measured on pairs of a question "
    "and a text, not with a label for each sample."
)
_FINDS = (
    "These models locate things in pictures. A label for a whole picture does not measure that; their "
    "backbones are ranked under image-segmentation and object-detection."
)
_OTHERS = (
    ("text-ranking", LANGUAGE, _ORDERS, _TEXTS),
    ("text-retrieval", LANGUAGE, _ORDERS, _TEXTS),
    ("visual-document-retrieval", MULTIMODAL, _ORDERS, _PICTURES),
    (
        "multiple-choice",
        LANGUAGE,
        "These models choose among answers that are different for each question.",
        _TEXTS,
    ),
    ("mask-generation", VISION, _FINDS, _PICTURES),
    ("zero-shot-object-detection", VISION, _FINDS, _PICTURES),
    ("keypoint-detection", VISION, _FINDS, _PICTURES),
    (
        "time-series-forecasting",
        TABULAR,
        "These models continue a series of numbers, which cannot be used as a sample here.",
        "You can rank features that you extract yourself.",
    ),
)
_SINCE: tuple[AnyCategory, ...] = (
    TaskCategory(
        "image-feature-extraction",
        VISION,
        "image",
        "Models that turn a picture into a vector; some metrics use the head, if there is one.",
        unit="picture",
        is_later=True,
    ),
    *(UnrankableCategory(*row, is_later=True) for row in (*_LATER, *_OTHERS)),
)
# In the order in which pages list them, the most used first.
CATEGORIES = (*_VISION, *_LANGUAGE, *_AUDIO, *_TABULAR, *_MULTIMODAL, *_REINFORCEMENT, *_SINCE)
