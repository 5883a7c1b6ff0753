"""The task categories: PeaTMOSS' 36 in its six domains, then those that the Hub has made since.

PeaTMOSS groups its models by the Hub's pipeline tags of 2023; its domains are kept although the Hub has moved
some categories since. A sample has one label or several numbers here, and what is scored is the vector that
a model makes of the whole sample (of a word, for token classification): a category whose models cannot be
asked for such a vector, or whose success such a label says nothing about, cannot be ranked.
"""

from __future__ import annotations

from ptmrank_core.catalogue.tasks.kinds import AnyCategory, TaskCategory, UnrankableCategory

__all__ = ["CATEGORIES", "DOMAINS"]

MULTIMODAL, VISION, LANGUAGE = "multimodal", "computer-vision", "natural-language-processing"
AUDIO, TABULAR, REINFORCEMENT = "audio", "tabular", "reinforcement-learning"
DOMAINS = (VISION, LANGUAGE, AUDIO, TABULAR, MULTIMODAL, REINFORCEMENT)

_BACKBONE = "their backbone is ranked, on a label for each whole picture"
_DRAWS = (
    "These models make {}. How good that is cannot be told from labels of given samples, and most of them "
    "give no vector of their input."
)
_WRITES = (
    "These models answer with free text. A label for each sample does not say how well they write, and the "
    "answer depends on the question besides the sample."
)
_TEXTS = "To rank encoders for labelled texts take text-classification or feature-extraction."
_PICTURES = "To rank encoders for labelled pictures take image-classification or image-feature-extraction."
_SOUNDS = "To rank encoders for labelled recordings take audio-classification."
_ACTS = (
    "These models choose actions in an environment that they are trained in. There are no labelled samples "
    "of it, and their networks read states that no other environment has."
)


def _made(what: str) -> str:
    return _DRAWS.format(what)


_MULTIMODAL: tuple[AnyCategory, ...] = (
    TaskCategory(
        "feature-extraction",
        MULTIMODAL,
        "text",
        "Models that turn a text into a vector; those of pictures are in image-feature-extraction today.",
        unit="text",
    ),
    UnrankableCategory("text-to-image", MULTIMODAL, _made("pictures from texts"), _PICTURES),
    UnrankableCategory("image-to-text", MULTIMODAL, _WRITES, _PICTURES, aliases=("image-captioning",)),
    UnrankableCategory("text-to-video", MULTIMODAL, _made("videos from texts"), "Take video-classification."),
    UnrankableCategory("visual-question-answering", MULTIMODAL, _WRITES, _PICTURES),
    TaskCategory(
        "document-question-answering",
        MULTIMODAL,
        "text",
        "Models of pages. Ranked are those that read a page's words; LayoutLM v2 and v3 and Donut also want "
        "its picture, and are not loaded.",
        unit="page's text",
    ),
    UnrankableCategory(
        "graph-machine-learning",
        MULTIMODAL,
        "These models read graphs. There is no form of samples for them here, nor one way to load them.",
        "Features that you have computed yourself can be ranked.",
        aliases=("graph-ml",),
        hub_name="graph-ml",
    ),
)
_VISION: tuple[AnyCategory, ...] = (
    TaskCategory(
        "image-classification",
        VISION,
        "image",
        "Models that name what a picture shows, and the backbones behind them.",
        unit="picture",
    ),
    TaskCategory(
        "zero-shot-image-classification",
        VISION,
        "image",
        "Models of pictures and captions; the picture's vector is ranked.",
        unit="picture",
    ),
    TaskCategory(
        "object-detection",
        VISION,
        "image",
        f"Models that find things in pictures; {_BACKBONE}.",
        unit="picture",
    ),
    TaskCategory(
        "image-segmentation", VISION, "image", f"Models that outline things; {_BACKBONE}.", unit="picture"
    ),
    TaskCategory(
        "depth-estimation", VISION, "image", f"Models that tell depth; {_BACKBONE}.", unit="picture"
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
        "Models that label a text or a pair of texts, and the encoders behind them.",
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
        "Encoders pre-trained to guess a hidden word; the mean over a text's tokens is ranked.",
        unit="text",
    ),
    TaskCategory(
        "sentence-similarity",
        LANGUAGE,
        "text",
        "Models whose vectors of two like sentences are near each other.",
        unit="text",
        aliases=("sentence-embeddings",),
    ),
    TaskCategory(
        "text-generation",
        LANGUAGE,
        "text",
        "Decoders that go on with a text; the vector of a text's last token is ranked.",
        unit="text",
    ),
    TaskCategory(
        "conversational",
        LANGUAGE,
        "text",
        "Models that answer in a talk, part of text-generation today; a text's last token is ranked.",
        unit="text",
        hub_name="text-generation",
    ),
    TaskCategory(
        "text2text-generation",
        LANGUAGE,
        "text",
        "Models that turn one text into another, part of text-generation today; their encoder is ranked.",
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
        "Models that say whether one text follows from another; their encoder is ranked.",
        unit="text",
    ),
    UnrankableCategory("table-question-answering", LANGUAGE, _WRITES, _TEXTS),
    UnrankableCategory(
        "translation",
        LANGUAGE,
        _made("a text in another language"),
        "To rank their encoders for labelled texts take text2text-generation.",
    ),
    UnrankableCategory(
        "summarization",
        LANGUAGE,
        _made("a shorter text"),
        "To rank their encoders for labelled texts take text2text-generation.",
    ),
)
_AUDIO: tuple[AnyCategory, ...] = (
    TaskCategory(
        "audio-classification", AUDIO, "audio", "Models that name what a recording holds.", unit="recording"
    ),
    TaskCategory(
        "automatic-speech-recognition",
        AUDIO,
        "audio",
        "Models that write down what is said; their encoder is ranked on a label for each recording.",
        unit="recording",
    ),
    UnrankableCategory("text-to-speech", AUDIO, _made("speech from texts"), _SOUNDS),
    UnrankableCategory("audio-to-audio", AUDIO, _made("sound from sound"), _SOUNDS),
    UnrankableCategory(
        "voice-activity-detection",
        AUDIO,
        "These models mark when somebody speaks. A label for a whole recording says nothing about moments.",
        _SOUNDS,
    ),
)
_TABULAR: tuple[AnyCategory, ...] = (
    TaskCategory(
        "tabular-classification",
        TABULAR,
        "tabular",
        "Rows of numbers with a class each; the columns are ranked as they are, beside features of the rows.",
        ("classification",),
        unit="row",
    ),
    TaskCategory(
        "tabular-regression",
        TABULAR,
        "tabular",
        "Rows of numbers with a number to predict; ranked as rows with a class are.",
        ("regression",),
        unit="row",
    ),
)
_REINFORCEMENT: tuple[AnyCategory, ...] = (
    UnrankableCategory("reinforcement-learning", REINFORCEMENT, _ACTS),
    UnrankableCategory("robotics", REINFORCEMENT, _ACTS),
)
# Since PeaTMOSS: name -> domain, why not, what instead.
_LATER = (
    ("image-text-to-text", MULTIMODAL, _WRITES, _PICTURES),
    ("audio-text-to-text", MULTIMODAL, _WRITES, _SOUNDS),
    ("video-text-to-text", MULTIMODAL, _WRITES, "Take video-classification."),
    ("any-to-any", MULTIMODAL, _WRITES, ""),
    ("image-text-to-image", MULTIMODAL, _made("pictures from pictures and texts"), _PICTURES),
    ("image-text-to-video", MULTIMODAL, _made("videos from pictures and texts"), _PICTURES),
    ("image-to-video", VISION, _made("videos from pictures"), _PICTURES),
    ("video-to-video", VISION, _made("videos from videos"), "Take video-classification."),
    ("text-to-3d", VISION, _made("shapes from texts"), _PICTURES),
    ("image-to-3d", VISION, _made("shapes from pictures"), _PICTURES),
    ("text-to-audio", AUDIO, _made("sound from texts"), _SOUNDS),
    ("table-to-text", LANGUAGE, _made("texts from tables"), _TEXTS),
    ("tabular-to-text", TABULAR, _made("texts from rows"), _TEXTS),
)
_ORDERS = (
    "These models put texts or pages in an order for a question. That is judged on pairs of a question and "
    "a text, not on a label for each sample."
)
_FINDS = (
    "These models mark places in pictures. A label for a whole picture says nothing about places; their "
    "backbones are ranked under image-segmentation and object-detection."
)
_FURTHER = (
    ("text-ranking", LANGUAGE, _ORDERS, _TEXTS),
    ("text-retrieval", LANGUAGE, _ORDERS, _TEXTS),
    ("visual-document-retrieval", MULTIMODAL, _ORDERS, _PICTURES),
    (
        "multiple-choice",
        LANGUAGE,
        "These models choose among answers that differ with each question.",
        _TEXTS,
    ),
    ("mask-generation", VISION, _FINDS, _PICTURES),
    ("zero-shot-object-detection", VISION, _FINDS, _PICTURES),
    ("keypoint-detection", VISION, _FINDS, _PICTURES),
    (
        "time-series-forecasting",
        TABULAR,
        "These models go on with a series of numbers; there is no form of samples for them here.",
        "Features that you have computed yourself can be ranked.",
    ),
)
_SINCE: tuple[AnyCategory, ...] = (
    TaskCategory(
        "image-feature-extraction",
        VISION,
        "image",
        "Models that turn a picture into a vector; some metrics read the head, where there is one.",
        unit="picture",
        is_later=True,
    ),
    *(UnrankableCategory(*row, is_later=True) for row in (*_LATER, *_FURTHER)),
)
# In the order in which pages offer them: what most people come for stands first.
CATEGORIES = (*_VISION, *_LANGUAGE, *_AUDIO, *_TABULAR, *_MULTIMODAL, *_REINFORCEMENT, *_SINCE)
