"""How far a long command is: one line on a terminal that is written over, nothing in a pipe."""

from types import TracebackType
from typing import Any, Self


class Progress:
    """Tells counts while a command works. Use as a context manager."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self._shown = stream.isatty()
        self._told = False

    def __enter__(self) -> Self:
        return self

    def tell(self, what: str, number: int) -> None:
        """Show that so many of something are done."""
        if self._shown:
            self._told = True
            self._stream.write(f"\r\x1b[K{what}: {number:,}", ending="")
            self._stream.flush()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._told:
            self._stream.write("")
