"""What columns are usually called: the one vocabulary for tables of samples, manifests and tables of results.

Names are spelled as ``plain`` spells them: without case, blanks, hyphens and underscores.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

__all__ = [
    "FILE_NAMES",
    "GROUP_NAMES",
    "ID_NAMES",
    "ID_WORDS",
    "LABEL_NAMES",
    "MODEL_NAMES",
    "NO_ID_WORDS",
    "NUMBER_WORDS",
    "PAIR_NAMES",
    "PREDICTED_WORDS",
    "QUANTITY_WORDS",
    "TAG_NAMES",
    "TEXT_NAMES",
    "WEAK_LABEL_NAMES",
    "WORDS_NAMES",
    "find_named",
    "has_word",
    "is_usual",
    "order_by_name",
    "plain",
    "words_of",
]


def _words(text: str) -> tuple[str, ...]:
    """Split a list of names."""
    return tuple(text.split())


# Several tuples are tiers: a name in a later one counts only where no column has a name in an earlier one.
TEXT_NAMES = (
    _words(
        "text texts sentence sentences content contents review reviews comment comments commenttext "
        "reviewtext reviewbody body tweet tweets tweettext posttext messagetext sms email message utterance "
        "abstract description article articletext passage cleantext cleanedtext fulltext rawtext texto texte"
    ),
    _words(
        "title headline headlines question premise query document summary prompt input inputs subject post "
        "statement transcript transcription caption lyrics feedback complaint narrative note notes news "
        "response answer context claim snippet paragraph"
    ),
)
LABEL_NAMES = (
    _words("label labels class classes classlabel target targets category categories y goldlabel"),
    _words(
        "sentiment emotion emotions intent topic topics stance polarity genre tag tags score similarity "
        "similarityscore relatednessscore stars star rating overall language lang survived species diagnosis "
        "outcome variety quality churn churned attrition fraud isfraud "
        "sentimentlabel emotionlabel intentlabel"
    )
    + tuple(
        what + which
        for what in _words("class label target category")
        for which in _words("type id idx index no nr num number code name text str string")
    ),
)
# Of a text like any other property, where there are several.
WEAK_LABEL_NAMES = frozenset(_words("language lang tag tags overall"))
WORDS_NAMES = (_words("tokens words"),)
TAG_NAMES = (_words("tags nertags labels label ner"), _words("postags upos pos chunktags"))
PAIR_NAMES = tuple(
    tuple(pair.split("+"))
    for pair in _words(
        "sentence1+sentence2 premise+hypothesis question1+question2 question+answer question+context "
        "question+sentence question+passage texta+textb text1+text2 sentencea+sentenceb query+passage "
        "query+document query+answer s1+s2 claim+evidence"
    )
)
# Files and groups: the first name in the list that a column has counts.
FILE_NAMES = _words(
    "file filename filepath fname path relativepath image imagefile imagefilename imagename imagepath "
    "imageid img imgfile imgname imgpath picture photo audio audiofile audiofilename audioname audiopath "
    "recording sound wav clip clipname clipid video videofile videofilename videoname videopath videoid "
    "textfile textfilename textpath document documentfile documentname documentpath documentid doc docname "
    "docid slicefilename filenames imageids imgid isicid name"
)
GROUP_NAMES = _words(
    "group groupid groups speaker speakerid patient patientid subject subjectid author authorid user userid "
    "username document documentid docid session sessionid participant participantid clientid lesionid"
)
MODEL_NAMES = _words("model modelid id")
ID_NAMES = _words("id idx index rowid row uid uuid guid sampleid exampleid key")
# Words within a name, at its beginning or end: PassengerId, customer_id, sample no.
ID_WORDS = frozenset(_words("id ids idx index uuid guid uid hash md5 sha1 sha256 pk"))
NO_ID_WORDS = frozenset(
    _words("acid aid bid covid fluid grid humid kid liquid mid paid rapid solid unpaid valid void")
)
NUMBER_WORDS = frozenset(_words("no nr num number key row serial code record rowname"))
# Integers in a column with such a word may well differ in every row, and be sorted.
QUANTITY_WORDS = frozenset(
    _words(
        "year years age ages time times timestamp date day days week weeks month months quarter hour hours "
        "minute minutes second seconds sec ms count counts total sum size width height length depth area "
        "volume distance price prices cost amount amounts salary income fare revenue sales balance budget "
        "weight mass dose temperature temp pressure speed rate level rank position score points value values "
        "population frequency elevation altitude latitude longitude lat lon duration step epoch iteration "
        "measure measurement quantity percent x y z t"
    )
)
# Numbers in a column with such a word, at its beginning or end, are often what is to be predicted.
PREDICTED_WORDS = frozenset(
    _words(
        "price prices value cost costs charges sales revenue salary income profit demand consumption yield "
        "count cnt mpg medv rings strength score grade"
    )
)
NAME_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_]+|\d+")
USUAL_NAMES = frozenset[str]().union(
    *TEXT_NAMES,
    *LABEL_NAMES,
    *WORDS_NAMES,
    *TAG_NAMES,
    *PAIR_NAMES,
    *(FILE_NAMES, GROUP_NAMES, MODEL_NAMES, ID_NAMES),
)


def plain(name: str) -> str:
    """Spell a column's name without case, blanks and punctuation, as names are compared."""
    return "".join(filter(str.isalnum, name)).casefold()


def words_of(name: str) -> list[str]:
    """Cut a column's name into its words: ``median_house_value``, ``SalePrice``."""
    return [part.lower() for part in NAME_PARTS.findall(name)]


def has_word(name: str, words: Collection[str]) -> bool:
    """Whether a name begins or ends with one of some words."""
    parts = words_of(name)
    return bool(parts) and (parts[0] in words or parts[-1] in words)


def is_usual(name: str) -> bool:
    """Whether a name, spelled as ``plain`` does, is what some column is usually called."""
    return name in USUAL_NAMES


def find_named(columns: Sequence[str], tiers: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """Return all columns whose names stand in the first tier that names any.

    The field of a nested object counts by its whole path, or else by its last name: ``data.text``.
    """
    for tier in tiers:
        named = tuple(column for column in columns if plain(column) in tier)
        named = named or tuple(column for column in columns if plain(column.rpartition(".")[2]) in tier)
        if named:
            return named
    return ()


def order_by_name(columns: Sequence[str], names: Sequence[str]) -> tuple[str, ...]:
    """Return the columns that have one of these names, in the order of the names."""
    named = (column for column in columns if plain(column) in names)
    return tuple(sorted(named, key=lambda column: names.index(plain(column))))
