"""How well a text fits what somebody typed of it."""

from __future__ import annotations

_START_OF_WORD = 3
_NEXT = 2
_WHOLE = 20


def fit(query: str, text: str) -> int:
    """How well a text fits; 0 where it does not, else more for a better fit.

    Each word of the query has to stand in the text, as it is or with gaps between its letters. Capital letters count
    where a word has any.

    Args:
        query: What was typed; with no words in it every text fits alike.
        text: One candidate.
    """
    total = 1
    lowered = text.lower()
    for word in query.split():
        score = _word(word, text if word != word.lower() else lowered)
        if not score:
            return 0
        total += score
    return total


def _word(word: str, text: str) -> int:
    place = text.find(word)
    if place >= 0:
        return _WHOLE + len(word) * _NEXT + _START_OF_WORD * _begins_word(text, place)
    score, place, before = 0, 0, -2
    for letter in word:
        place = text.find(letter, before + 1 if before >= 0 else 0)
        if place < 0:
            return 0
        score += 1 + (_NEXT if place == before + 1 else 0) + (_START_OF_WORD if _begins_word(text, place) else 0)
        before = place
    return min(score, _WHOLE)


def _begins_word(text: str, place: int) -> bool:
    return place == 0 or not text[place - 1].isalnum()
