"""Long runs over mutated input. ``python -m tests.fuzz.files SECONDS`` and the like; the suite has short ones."""
