"""Which of many names are closest to one that was misspelt."""

from __future__ import annotations

import string
from collections import Counter
from collections.abc import Iterable, Mapping
from difflib import SequenceMatcher

import numpy as np

LONGEST = 100  # characters of a misspelt name that are compared; no name is half as long
COMPARISONS = 60  # most names compared letter by letter, which takes about 0.03 ms each
SLOTS = 64  # letters are counted in this many groups; which letters share a group does not change the result
ALIKE = 0.5  # difflib's ratio (0 to 1) from which a name is close enough to be suggested
_PUNCTUATION = str.maketrans("", "", string.punctuation + string.whitespace)


class Names:
    """Names, prepared so that the closest ones to a text are found in about a millisecond among thousands.

    First come the names with the same letters and digits (m5large, m5.large). For the others the measure is that of
    difflib.get_close_matches, without regard to case. The number of letters that two texts share bounds their ratio
    from above, so only the most promising names are compared letter by letter.
    """

    def __init__(self, names: Iterable[str], *, spellings: Mapping[str, str] | None = None) -> None:
        """spellings: other spelling -> name, which is found by either."""
        self._by_fold = {other.casefold(): name for other, name in (spellings or {}).items()}
        self._by_fold |= {name.casefold(): name for name in names}
        self._folded = tuple(self._by_fold)
        self._alike: dict[str, list[str]] = {}
        for folded, name in self._by_fold.items():
            self._alike.setdefault(_alphanumeric(folded), []).append(name)
        texts = np.array(self._folded, dtype=np.str_)
        letters = texts.view(np.uint32).reshape(len(texts), texts.dtype.itemsize // 4)  # padded with zeros
        place, column = np.nonzero(letters)
        cell = letters[place, column] % SLOTS * len(texts) + place
        self._lengths = np.count_nonzero(letters, axis=1)
        self._counts = np.bincount(cell, minlength=SLOTS * len(texts)).reshape(SLOTS, len(texts)).astype(np.uint8)

    def nearest(self, text: str, *, n: int, cutoff: float = ALIKE) -> tuple[str, ...]:
        """At most n names of the same letters and digits, or whose ratio is at least cutoff, the closest first."""
        query = text.casefold()[:LONGEST]
        shared = np.zeros(len(self._folded), dtype=np.int64)
        for slot, count in _letters(query).items():
            shared += np.minimum(self._counts[slot], count)
        bound = 2.0 * shared / np.maximum(self._lengths + len(query), 1)
        matcher = SequenceMatcher(b=query)
        matches: list[tuple[float, str]] = []
        for place in np.argsort(-bound, kind="stable")[:COMPARISONS].tolist():
            if bound[place] < cutoff or (len(matches) == n and bound[place] < matches[-1][0]):
                break
            matcher.set_seq1(self._folded[place])
            if (ratio := matcher.ratio()) >= cutoff:
                matches = sorted([*matches, (ratio, self._folded[place])], reverse=True)[:n]
        same = self._alike.get(_alphanumeric(query), ()) if _alphanumeric(query) else ()
        return tuple(dict.fromkeys([*same, *(self._by_fold[name] for _, name in matches)]))[:n]


def _alphanumeric(text: str) -> str:
    return text if text.isalnum() else text.translate(_PUNCTUATION)


def _letters(text: str) -> Counter[int]:
    return Counter(ord(letter) % SLOTS for letter in text)
