"""Starts the sandbox on its own: prints its address, runs until SIGTERM or SIGINT."""

from __future__ import annotations

import argparse
import json
import signal
import threading
from pathlib import Path
from types import FrameType

from sandbox.server import Sandbox


def main() -> None:
    """Reads the arguments, listens, waits for a signal."""
    parser = argparse.ArgumentParser(prog="python -m sandbox", description="ВКонтакте в песочнице по HTTP")
    parser.add_argument("--host", default="127.0.0.1", help="адрес, на котором слушать")
    parser.add_argument("--port", type=int, default=8100, help="порт; 0 — любой свободный")
    parser.add_argument("--world", type=Path, help="файл JSON с людьми, ключами, беседами и переключателями")
    parser.add_argument("--speed", action="store_true", help="без ограничений частоты и количества")
    parser.add_argument("--pages", type=Path, help="папка, которую показывать как сайт под /pages/")
    options = parser.parse_args()
    description = json.loads(options.world.read_text(encoding="utf-8")) if options.world else None
    stopped = threading.Event()

    def stop(number: int, frame: FrameType | None) -> None:  # noqa: ARG001  the signal's own signature
        stopped.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    sandbox = Sandbox(
        options.host, options.port, description=description, limits_off=options.speed, pages=options.pages
    )
    sandbox.start()
    print(f"sandbox: {sandbox.url}/", flush=True)
    while not stopped.wait(0.5):
        pass
    sandbox.stop()


if __name__ == "__main__":
    main()
