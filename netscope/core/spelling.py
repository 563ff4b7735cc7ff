"""What was probably meant by a misspelt word."""

from __future__ import annotations

from netscope.core.typed import Iterable


def edits(one: str, other: str) -> int:
    """Return the number of letters changed, added, left out or swapped with their neighbour (Damerau's distance)."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        before, above, row = row, before, [i]
        for j, target in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != target))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == target:
                cost = min(cost, above[j - 2] + 1)
            row.append(cost)
    return row[-1]


def closest(word: str, names: Iterable[str], most: int = 3) -> list[str]:
    """Return the names that a misspelt word may stand for: within a third of its letters, or with it inside."""
    reach = max(1, (len(word) + 1) // 3)
    ranked = []
    for name in dict.fromkeys(names):
        distance = edits(word.lower(), name.lower())
        if distance <= reach:
            ranked.append((distance, name))
        elif len(word) > 1 and word.lower() in name.lower():
            ranked.append((reach + 1, name))
    ranked.sort(key=lambda pair: pair[0])
    return [name for _distance, name in ranked[:most]]
