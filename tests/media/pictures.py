"""Real pictures of every kind, drawn for the tests."""

from __future__ import annotations

import io
import random
from typing import Any

from PIL import Image

PLACE = "NEVER-TELL-THIS-PLACE"


def a_picture(width: int = 640, height: int = 480, kind: str = "JPEG", mode: str = "RGB", **how: Any) -> bytes:
    """Its left upper quarter is red, so that one sees whether it stands upright."""
    image = Image.new(mode, (width, height), "white")
    image.paste("red", (0, 0, max(1, width // 2), max(1, height // 2)))
    out = io.BytesIO()
    image.save(out, kind, **how)
    return out.getvalue()


def a_noisy_picture(width: int, height: int, kind: str = "JPEG", seed: int = 1) -> bytes:
    """One that does not compress."""
    noise = Image.frombytes("RGB", (width, height), random.Random(seed).randbytes(width * height * 3))
    out = io.BytesIO()
    noise.save(out, kind, quality=95)
    return out.getvalue()


def exif(orientation: int = 1) -> Image.Exif:
    """What a phone writes: how it was held, and where."""
    told = Image.Exif()
    told[0x0112] = orientation
    told[0x010E] = PLACE
    told.get_ifd(0x8825).update({1: "N", 2: (52.0, 17.0, 0.0), 3: "E", 4: (104.0, 18.0, 0.0)})
    return told


def an_animation(**how: Any) -> bytes:
    frames = [Image.new("RGB", (200, 100), colour) for colour in ("red", "green", "blue")]
    out = io.BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:], duration=100, **how)
    return out.getvalue()


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def corner(data: bytes, *, left: bool = True, upper: bool = True) -> tuple[int, ...]:
    """The colour of a corner, rounded."""
    image = opened(data).convert("RGB")
    at = (3 if left else image.width - 4, 3 if upper else image.height - 4)
    colour = image.getpixel(at)
    assert isinstance(colour, tuple)
    return tuple(round(value / 64) for value in colour)
