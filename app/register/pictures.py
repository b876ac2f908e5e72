"""Pictures from phones and scanners, made fit to be kept: opened within limits, upright, of a sensible size, and bare.

A photograph carries where and when it was taken and with what; none of it belongs into a family's papers. So every
picture is drawn anew: only what is seen is kept.
"""

from __future__ import annotations

import io
import struct
import threading
import zlib

from PIL import Image

from app.base import RuleBroken

LONGEST_SIDE = 3000
"""Pixels: an A4 page at 250 dpi, on which small print is still read."""
MAX_PIXELS = {"JPEG": 89_000_000, "PNG": 45_000_000}
"""A JPEG is unpacked small by its own decoder, a PNG whole; A4 at 600 dpi has 35 million."""
QUALITY = 85

TOO_MANY_PIXELS = "снимок слишком велик. Уменьшите размер снимка в настройках камеры или сканера и сделайте его заново."
BROKEN = "снимок повреждён и не открывается. Сделайте его заново."

_ORIENTATION = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""How a picture is turned upright, by what the camera noted."""

_DAMAGE = (
    OSError, SyntaxError, ValueError, TypeError, ArithmeticError, LookupError, EOFError, struct.error, zlib.error,
)  # fmt: skip
"""What Pillow raises over damaged files, each seen when bytes of good ones were changed at random."""

# A decoded picture takes up to 200 MB for a second; one after another they fit into any machine.
_one_at_a_time = threading.Lock()


def clean_picture(content: bytes, format_: str) -> bytes:
    """Return the picture *content*, a JPEG or PNG, drawn anew: upright, at most 3 000 pixels a side, nothing beside.

    Raises:
        RuleBroken: it is damaged or unpacks into too many pixels.
    """
    with _one_at_a_time:
        try:
            return _drawn_anew(content, format_)
        except (Image.DecompressionBombError, Image.DecompressionBombWarning, MemoryError) as bomb:
            raise RuleBroken(TOO_MANY_PIXELS) from bomb
        except _DAMAGE as broken:
            raise RuleBroken(BROKEN) from broken


def _drawn_anew(content: bytes, format_: str) -> bytes:
    with Image.open(io.BytesIO(content), formats=(format_,)) as opened:
        width, height = opened.size
        if width * height > MAX_PIXELS[format_]:
            raise RuleBroken(TOO_MANY_PIXELS)
        opened.draft(None, (min(width, 2 * LONGEST_SIDE), min(height, 2 * LONGEST_SIDE)))
        opened.load()
        turn = _TURNS.get(_noted_turn(opened))
        picture = opened.transpose(turn) if turn is not None else opened.copy()
    picture = _plain_mode(picture, format_)
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    # What an encoder finds in «info» it may write out again: profiles, comments, dates.
    picture.info = {key: value for key, value in picture.info.items() if key == "transparency"}
    out = io.BytesIO()
    if format_ == "JPEG":
        # Coloured print stays sharp only when the colours are kept as fine as the light.
        picture.save(out, "JPEG", quality=QUALITY, subsampling=0, optimize=True)
    else:
        picture.save(out, "PNG", optimize=False)
    return out.getvalue()


def _noted_turn(picture: Image.Image) -> int:
    """Return the orientation the camera noted; 1, upright, when its notes cannot be read."""
    try:
        noted = picture.getexif().get(_ORIENTATION, 1)
    except _DAMAGE:
        return 1
    return noted if isinstance(noted, int) else 1


def _plain_mode(picture: Image.Image, format_: str) -> Image.Image:
    """Return *picture* in a mode its format keeps and browsers draw; 16 bits of grey become eight."""
    if picture.mode.startswith("I;16"):
        return picture.point(lambda level: level / 256).convert("L")
    if picture.mode == "P":
        return picture.convert("RGBA" if "transparency" in picture.info else "RGB")
    if picture.mode == "1":
        return picture.convert("L")
    kept = ("L", "RGB") if format_ == "JPEG" else ("L", "LA", "RGB", "RGBA")
    return picture if picture.mode in kept else picture.convert("RGB")
