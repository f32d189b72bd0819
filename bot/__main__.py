"""The way in: ``python -m bot`` and ``okmo-bot``."""

from __future__ import annotations

import sys

from bot.cli import answer


def main() -> None:
    """Run one command and end with its exit code."""
    sys.exit(answer(sys.argv[1:]))


if __name__ == "__main__":
    main()
