"""What columns are usually called, in the spelling of ``plain``."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = [
    "GROUP_NAMES",
    "ID_NAMES",
    "LABEL_NAMES",
    "PAIR_NAMES",
    "TAG_NAMES",
    "TEXT_NAMES",
    "WORDS_NAMES",
    "find_named",
    "plain",
]


def _words(text: str) -> tuple[str, ...]:
    """Split a list of names."""
    return tuple(text.split())


# In tiers: a name of a later one counts where no column has a name of an earlier one.
TEXT_NAMES = (
    _words(
        "text sentence content review comment commenttext reviewtext reviewbody body tweet message utterance "
        "abstract description article passage"
    ),
    _words("title headline question premise query document summary prompt input subject"),
)
LABEL_NAMES = (
    _words("label labels class classes classlabel target targets category categories y goldlabel"),
    _words(
        "sentiment emotion emotions intent topic topics stance polarity genre tag tags score similarity "
        "similarityscore relatednessscore stars star rating overall language lang"
    ),
)
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
GROUP_NAMES = _words(
    "group groupid groups speaker speakerid patient patientid subject subjectid author authorid user userid "
    "username document documentid docid session sessionid participant participantid"
)
ID_NAMES = _words("id idx index rowid row uid uuid guid sampleid exampleid key")


def plain(name: str) -> str:
    """Spell a name without case, blanks and signs."""
    return "".join(filter(str.isalnum, name)).casefold()


def find_named(columns: Sequence[str], tiers: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """Columns whose name stands in the first tier that names any."""
    for tier in tiers:
        found = tuple(column for column in columns if plain(column) in tier)
        if found:
            return found
    return ()
