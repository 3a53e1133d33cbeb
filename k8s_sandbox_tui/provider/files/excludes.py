"""What a sync leaves alone, as patterns of `.gitignore` (gitignore(5)); the library `pathspec` reads them."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from k8s_sandbox_tui.provider.errors import InvalidArgumentError

Excluded = Callable[[str, bool], bool]
"""Says of a path below the tree, and whether it is a directory, that it is left alone."""


def excluded_by(patterns: Iterable[str]) -> Excluded | None:
    """What the patterns leave alone; None where there are none.

    Args:
        patterns: Such as `node_modules/`, `*.log`, `/build`, `!keep.log`; a later one goes before an earlier one.

    Raises:
        InvalidArgumentError: All of them are one text, or one is no pattern.
    """
    if isinstance(patterns, str):
        raise InvalidArgumentError("exclude is one text.", hint="Give a list of patterns.")
    wanted = list(patterns)
    if not wanted:
        return None
    from pathspec import GitIgnoreSpec

    try:
        spec = GitIgnoreSpec.from_lines(wanted)
    except ValueError as error:
        raise InvalidArgumentError(f"A pattern of exclude cannot be read: {error}") from None

    def excluded(path: str, directory: bool) -> bool:  # noqa: FBT001 - as `scan` calls it
        return spec.match_file(f"{path}/" if directory else path)

    return excluded
