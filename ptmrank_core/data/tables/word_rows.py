"""Tables with a word in each row, and a column that says where a sentence begins -> words as of CoNLL."""

from __future__ import annotations

from dataclasses import replace

from ptmrank_core.data.tables.column_names import find_named, plain
from ptmrank_core.data.tables.table import InputTable

__all__ = ["sentences_of_rows"]

SENTENCE_NAMES = frozenset(
    {"sentence", "sentenceid", "sentenceno", "sentencenumber", "sentenceidx", "sentid"}
)
TAG_NAMES = (
    ("tag", "tags", "ner", "nertag", "nertags", "label", "labels"),
    ("pos", "upos", "postag", "postags"),
)
WORD_NAMES = frozenset({"word", "words", "token", "tokens"})


def sentences_of_rows(table: InputTable) -> InputTable:
    """Read the rows of a table as words, where its columns are a sentence's number, a word and its tags.

    Parameters
    ----------
    table
        A table of any format. The number may stand in the first row of each sentence alone.

    Returns
    -------
    InputTable
        Columns as of a CoNLL file: ``"1"`` is the word, the last one the tag. Any other table stays as it is.
    """
    number = next((column for column in table.columns if plain(column) in SENTENCE_NAMES), None)
    word = next((column for column in table.words if plain(column) in WORD_NAMES), None)
    tags = find_named([column for column in table.words if column != word], TAG_NAMES)
    if number is None or word is None or len(tags) != 1 or table.sentences:
        return table
    cells = table.cells(number)
    if not cells[0].strip() or 2 * len({*cells} - {""}) > len(cells):  # a sentence in each row
        return table
    sentences, current, last = [], -1, None
    for cell in cells:
        if cell.strip() and cell != last:
            current, last = current + 1, cell
        sentences.append(current)
    note = f"Each row of {table.name} is a word, {word!r}, with the tag {tags[0]!r}; sentences by {number!r}."
    words = {"1": table.words[word], "2": table.words[tags[0]]}
    return replace(
        table, columns=("1", "2"), numbers={}, words=words, sentences=sentences, notes=(*table.notes, note)
    )
