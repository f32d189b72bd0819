"""Pictures: whether they are whole, what private data they carry, how they are made smaller.

The only place that knows Pillow, which is loaded with this file: import it where a picture is at hand.
"""

from __future__ import annotations

import io
import struct
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from PIL import Image, ImageOps, UnidentifiedImageError

from bot.media import File, Fit, MediaUnavailable

#: The most pixels that are ever unpacked; a JPEG that is not progressive can be unpacked at a smaller scale.
MOST_PIXELS: Final = 50_000_000
MOST_PIXELS_JPEG: Final = 250_000_000
#: Larger ones are packed in a plainer way, which takes less memory.
_FINE_PIXELS: Final = 6_000_000
_ORIENTATION: Final = 0x0112
_QUALITIES: Final = (90, 84, 76, 66)
_SMALLER: Final = 0.8
_SMALLEST_SIDE: Final = 64
#: What a PNG may say about where and how it was made.
_PNG_WORDS: Final = frozenset({b"eXIf", b"tEXt", b"zTXt", b"iTXt", b"tIME"})
_GIF_LOOPS: Final = frozenset({b"NETSCAPE2.0", b"ANIMEXTS1.0"})
_WEBP_WORDS: Final = frozenset({b"EXIF", b"XMP "})

#: An unpacked picture is large: one at a time.
_ALONE: Final = threading.Lock()

# Size is limited here by numbers of our own, for each format.
Image.MAX_IMAGE_PIXELS = None

_FAULTS: Final = (OSError, SyntaxError, ValueError, struct.error, MemoryError, OverflowError, EOFError, IndexError)


def measure(path: Path) -> tuple[int, int]:
    """Width and height in pixels; (0, 0) when it cannot be opened."""
    try:
        with Image.open(path) as image:
            return image.size
    except _FAULTS:
        return 0, 0


def check(path: Path, kind: str) -> None:
    """Raises MediaUnavailable when the picture is cut short, damaged or too large to be unpacked."""
    try:
        with _ALONE, Image.open(path) as image:
            _check_size(image, kind)
            if kind == "image/png":
                image.verify()  # by its own checksums, without unpacking it
                return
            if kind == "image/jpeg":
                image.draft("L", (image.width // 8, image.height // 8))
            image.load()
    except UnidentifiedImageError:
        raise MediaUnavailable("not_a_picture", passing=False) from None
    except _FAULTS:
        raise MediaUnavailable("damaged", passing=False) from None


def _check_size(image: Image.Image, kind: str) -> None:
    scalable = kind == "image/jpeg" and not image.info.get("progressive")
    if image.width * image.height > (MOST_PIXELS_JPEG if scalable else MOST_PIXELS):
        raise MediaUnavailable("too_many_pixels", passing=False)


def clean(path: Path, kind: str) -> None:
    """Take out what tells of the place, the person and the camera; the picture itself keeps its bytes.

    A picture that only the removed data would turn upright is turned for good; formats that few networks take
    are written anew.
    """
    before = path.read_bytes()
    after = _CLEANERS.get(kind, bytes)(before)
    with Image.open(io.BytesIO(before)) as image:
        turned = image.getexif().get(_ORIENTATION, 1) not in (0, 1)
        if kind not in _CLEANERS or turned or image.mode == "CMYK":  # colours of print: few readers show them right
            _save_upright(image, path)
            return
    if after == before:
        return
    path.write_bytes(after)
    try:
        check(path, kind)
    except MediaUnavailable:  # built in a way we do not know; what is drawn anew carries nothing along
        with Image.open(io.BytesIO(before)) as image:
            _save_upright(image, path)


def _save_upright(image: Image.Image, path: Path) -> None:
    _check_size(image, "image/png")
    with _ALONE:
        upright = ImageOps.exif_transpose(image)
        kind = "image/png" if _has_alpha(upright) else "image/jpeg"
        _save(upright, path, kind, 95, _profile_of(image))


def shrink(file: File, fit: Fit, path: Path) -> None:
    """Write the picture to ``path`` so that it fits. Raises MediaUnavailable when it cannot be made to."""
    try:
        with _ALONE, Image.open(file.path) as image:
            width, height = _room(file, fit)
            if file.kind == "image/jpeg":
                image.draft("RGB", (width, height))
            image.load()
            mode = "RGBA" if _has_alpha(image) else "RGB"
            picture: Image.Image = image if image.mode == mode else image.convert(mode)
            if (width, height) != (file.width, file.height):
                picture = picture.resize((width, height), Image.Resampling.LANCZOS)
            _save_within(picture, file.kind, fit, path, _profile_of(image))
    except _FAULTS:
        raise MediaUnavailable("damaged", passing=False) from None


def _profile_of(image: Image.Image) -> bytes | None:
    """The colour profile, where the colours stay of the same sort."""
    profile: bytes | None = image.info.get("icc_profile") if image.mode in ("RGB", "RGBA", "P") else None
    return profile


def _room(file: File, fit: Fit) -> tuple[int, int]:
    """The largest size within the limits, in the picture's own proportions."""
    scale = min(1.0, fit.most_side / max(file.width, file.height), fit.most_sum / (file.width + file.height))
    return max(1, int(file.width * scale)), max(1, int(file.height * scale))


def _save_within(picture: Image.Image, kind: str, fit: Fit, path: Path, profile: bytes | None) -> None:
    """Try a gentle quality first, then a coarser one, then a smaller picture."""
    kinds = [one for one in _formats(picture, kind) if one in fit.kinds]
    if not kinds:
        raise MediaUnavailable("not_a_picture", passing=False)
    while True:
        for one in kinds:
            for quality in _QUALITIES if one != "image/png" else _QUALITIES[:1]:
                _save(picture, path, one, quality, profile)
                if path.stat().st_size <= fit.most_bytes:
                    return
        size = (int(picture.width * _SMALLER), int(picture.height * _SMALLER))
        if max(size) < _SMALLEST_SIDE or min(size) < 1:
            raise MediaUnavailable("too_large", passing=False)
        picture = picture.resize(size, Image.Resampling.LANCZOS)


def _formats(picture: Image.Image, kind: str) -> tuple[str, ...]:
    """In which format to try first: drawings and what shows through stay sharp, photos stay small."""
    drawing = kind in ("image/png", "image/gif") or picture.mode == "RGBA"
    return ("image/png", "image/jpeg", "image/webp") if drawing else ("image/jpeg", "image/png", "image/webp")


def _save(picture: Image.Image, path: Path, kind: str, quality: int, profile: bytes | None = None) -> None:
    # Pillow writes comments and XMP of the picture it read into the one it makes.
    picture.info = {name: value for name, value in picture.info.items() if name == "transparency"}
    if kind == "image/jpeg":
        # Both need the whole picture unpacked once more while it is written.
        fine = picture.width * picture.height <= _FINE_PIXELS
        how = {"quality": quality, "optimize": fine, "progressive": fine, "icc_profile": profile}
        _on_white(picture).save(path, "JPEG", **how)
    elif kind == "image/webp":
        picture.save(path, "WEBP", quality=quality, icc_profile=profile, exif=b"", xmp=b"")
    else:
        mode = "RGBA" if _has_alpha(picture) else "RGB"
        picture.convert(mode).save(path, "PNG", optimize=True, icc_profile=profile)


def _has_alpha(picture: Image.Image) -> bool:
    return picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info


def _on_white(picture: Image.Image) -> Image.Image:
    if not _has_alpha(picture):
        return picture if picture.mode == "RGB" else picture.convert("RGB")
    seen = picture.convert("RGBA")
    ground = Image.new("RGB", seen.size, "white")
    ground.paste(seen, mask=seen.getchannel("A"))
    return ground


# ------------------------------------------------------------------------------------------- private data


def _clean_jpeg(data: bytes) -> bytes:
    return b"\xff\xd8" + b"".join(piece for piece in _jpeg_pieces(data) if not _tells_too_much(piece))


def _tells_too_much(piece: bytes) -> bool:
    """Whether a segment is a comment or an application's data other than the picture's frame and colours."""
    marker = piece[1]
    if marker == 0xFE:
        return True
    if marker == 0xE2:
        return not piece[4:].startswith(b"ICC_PROFILE\x00")
    return marker == 0xE1 or 0xE3 <= marker <= 0xED or marker == 0xEF


def _jpeg_pieces(data: bytes) -> Iterator[bytes]:
    """The segments in order, each scan with its data; what stands behind the picture's end is not part of it."""
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF:
            at += 1
            continue
        if marker == 0xD9:
            break
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        if marker == 0xDA:
            end = _scan_end(data, end)
        yield data[at:end]
        at = end
    yield b"\xff\xd9"


def _scan_end(data: bytes, at: int) -> int:
    """Where the packed data ends: at a marker that is neither a stuffed byte nor a restart."""
    while True:
        at = data.find(b"\xff", at)
        if at < 0 or at + 1 >= len(data):
            return len(data)
        if data[at + 1] != 0 and not 0xD0 <= data[at + 1] <= 0xD7:
            return at
        at += 2


def _clean_png(data: bytes) -> bytes:
    kept, at = [data[:8]], 8
    while at + 12 <= len(data):
        end = at + 12 + int.from_bytes(data[at : at + 4], "big")
        if data[at + 4 : at + 8] not in _PNG_WORDS:
            kept.append(data[at:end])
        if data[at + 4 : at + 8] == b"IEND":
            break
        at = end
    return b"".join(kept)


def _clean_gif(data: bytes) -> bytes:
    """The frames and how they move, without comments and other programs' words."""
    at = 13 + _colours(data[10])
    kept = [data[:at]]
    while at + 2 < len(data) and data[at] in (0x21, 0x2C):
        picture = data[at] == 0x2C
        end = _blocks_end(data, at + 11 + _colours(data[at + 9]) if picture else at + 2)
        moves = data[at + 1] == 0xF9 or (data[at + 1] == 0xFF and data[at + 3 : at + 14] in _GIF_LOOPS)
        if picture or moves:
            kept.append(data[at:end])
        at = end
    return b"".join(kept) + b";"


def _colours(flags: int) -> int:
    """Bytes of a table of colours; 0 when there is none."""
    return 3 * 2 ** ((flags & 7) + 1) if flags & 0x80 else 0


def _blocks_end(data: bytes, at: int) -> int:
    """Where blocks end, each with its length before it; the last one is empty."""
    while at < len(data) and data[at]:
        at += data[at] + 1
    return at + 1


def _clean_webp(data: bytes) -> bytes:
    kept, at = [], 12
    while at + 8 <= len(data):
        end = at + 8 + int.from_bytes(data[at + 4 : at + 8], "little")
        end += end % 2
        chunk = data[at:end]
        if chunk[:4] == b"VP8X":
            chunk = chunk[:8] + bytes([chunk[8] & ~0x0C]) + chunk[9:]
        if chunk[:4] not in _WEBP_WORDS:
            kept.append(chunk)
        at = end
    body = b"WEBP" + b"".join(kept)
    return b"RIFF" + len(body).to_bytes(4, "little") + body


#: How the formats lose it that every network takes; any other is written anew.
_CLEANERS: Final = {
    "image/jpeg": _clean_jpeg,
    "image/png": _clean_png,
    "image/gif": _clean_gif,
    "image/webp": _clean_webp,
}
