"""Small real pictures, drawn without any library: every photo of the world looks different.

Also reads the size out of an uploaded PNG, GIF or JPEG; whether the size is allowed is decided by uploads.
"""

from __future__ import annotations

import struct
import zlib
from functools import lru_cache
from hashlib import sha256

COLOURS = [
    ((38, 70, 83), (42, 157, 143), (233, 196, 106)),
    ((29, 53, 87), (69, 123, 157), (168, 218, 220)),
    ((106, 4, 15), (208, 0, 0), (255, 186, 8)),
    ((53, 80, 112), (181, 101, 118), (234, 172, 139)),
    ((27, 67, 50), (82, 183, 136), (216, 243, 220)),
    ((60, 9, 108), (157, 78, 221), (224, 170, 255)),
    ((73, 80, 87), (173, 181, 189), (248, 249, 250)),
    ((127, 85, 57), (176, 137, 104), (237, 224, 212)),
]
SHAPES = 5
#: Every picture has lighter places of its own, as no two photos have light and shade alike.
PLACES_ACROSS, PLACES_DOWN = 9, 8
_LIGHTER = bytes((3, 4, 5)) + bytes(range(3, 256))


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _rows(number: int, width: int, height: int) -> bytearray:
    """Palette indexes row by row, each row behind its filter byte: sky, sun or stripes, ground."""
    rows = bytearray()
    light = int.from_bytes(sha256(str(number).encode()).digest())
    shape = number % SHAPES
    step = max(4, width // 12)
    centre_x, centre_y, radius = width * (2 + number % 5) // 8, height // 3, min(width, height) // 5
    for y in range(height):
        line = bytearray(width)
        horizon = height * 2 // 3
        if y > horizon:
            line[:] = b"\x01" * width
        if shape == 0 and abs(y - centre_y) < radius:
            half = int((radius**2 - (y - centre_y) ** 2) ** 0.5)
            left, right = max(0, centre_x - half), min(width, centre_x + half)
            line[left:right] = b"\x02" * (right - left)
        elif shape == 1 and (y // step) % 2:
            line[:] = b"\x01" * width
        elif shape == 2 and y < horizon:
            for left in range(step, width - step, step * 3):
                top = horizon - (left * 7 + number * 13) % max(1, horizon - step) - step
                if y > top:
                    line[left : left + step * 2] = b"\x02" * (step * 2)
        elif shape == 3 and height // 6 < y <= horizon:
            peak = y - height // 6
            left, right = max(0, centre_x - peak), min(width, centre_x + peak)
            line[left:right] = b"\x02" * (right - left)
        elif shape == 4 and (y // step) % 2:
            for left in range(0, width, step * 2):
                line[left : left + step] = b"\x02" * step
        rows.append(0)
        rows += _lit(line[:width], light >> y * PLACES_DOWN // height * PLACES_ACROSS)
    return rows


def _lit(line: bytearray, light: int) -> bytearray:
    """The line with its lighter places; the lowest bits of ``light`` say which."""
    for place in range(PLACES_ACROSS):
        if light >> place & 1:
            left, right = (len(line) * edge // PLACES_ACROSS for edge in (place, place + 1))
            line[left:right] = line[left:right].translate(_LIGHTER)
    return line


@lru_cache(maxsize=256)
def png(number: int, width: int, height: int) -> bytes:
    """A PNG of the given size in pixels; the number decides what is on it."""
    colours = COLOURS[number % len(COLOURS)]
    lighter = [tuple(part + (255 - part) // 12 for part in colour) for colour in colours]
    palette = b"".join(bytes(colour) for colour in (*colours, *lighter))
    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", header)
        + _chunk(b"PLTE", palette)
        + _chunk(b"IDAT", zlib.compress(bytes(_rows(number, width, height)), 6))
        + _chunk(b"IEND", b"")
    )


def picture_size(content: bytes) -> tuple[str, int, int] | None:
    """MIME type, width and height of a PNG, GIF or JPEG; None for anything else."""
    if content[:8] == b"\x89PNG\r\n\x1a\n" and len(content) > 24:
        width, height = struct.unpack(">II", content[16:24])
        return "image/png", width, height
    if content[:6] in (b"GIF87a", b"GIF89a") and len(content) > 10:
        width, height = struct.unpack("<HH", content[6:10])
        return "image/gif", width, height
    if content[:2] == b"\xff\xd8":
        return _jpeg_size(content)
    return None


def _jpeg_size(content: bytes) -> tuple[str, int, int] | None:
    at = 2
    while at + 9 < len(content) and content[at] == 0xFF:
        marker, length = content[at + 1], struct.unpack(">H", content[at + 2 : at + 4])[0]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", content[at + 5 : at + 9])
            return "image/jpeg", width, height
        at += 2 + length
    return None
