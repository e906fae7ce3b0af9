"""Pictures and a tune for the gallery, made up, so that there is something to see and hear."""

from __future__ import annotations

import io
import math
import struct
import wave
import zlib
from array import array

WIDTH, HEIGHT = 480, 320
Colour = tuple[int, int, int]

# Each with the colours of the sky, above and at the horizon, and of the hills, far and near.
PICTURES: dict[str, tuple[Colour, Colour, Colour, Colour]] = {
    "dawn": ((72, 92, 160), (255, 196, 160), (150, 120, 160), (44, 40, 80)),
    "noon": ((70, 150, 220), (225, 242, 250), (130, 180, 150), (24, 84, 60)),
    "dusk": ((60, 30, 90), (250, 130, 80), (130, 60, 100), (34, 16, 44)),
    "night": ((8, 14, 40), (44, 70, 120), (30, 48, 86), (6, 10, 24)),
}
HILLS = 5

RATE = 22050
NOTE_SECONDS = 0.375
TUNE = "ACEAcAECFACFAFCACEGCECGEGBDGBGDB" * 8
PITCHES = {"C": 262, "D": 294, "E": 330, "F": 349, "G": 392, "A": 440, "B": 494, "c": 523}


def between(first: Colour, second: Colour, share: float) -> bytes:
    """Return a colour between two others."""
    return bytes(round(a + (b - a) * share) for a, b in zip(first, second, strict=True))


def picture(name: str) -> bytes:
    """Return a landscape as a PNG file."""
    above, horizon, far, near = PICTURES[name]
    sky = [between(above, horizon, min(1, 2 * y / HEIGHT)) for y in range(HEIGHT)]
    colours = [between(far, near, hill / (HILLS - 1)) for hill in range(HILLS)]
    rows = [bytearray(b"\0" + colour * WIDTH) for colour in sky]
    for hill, colour in enumerate(colours):
        for x in range(WIDTH):
            bend = math.sin(x / (34 + 9 * hill) + 2 * hill) + math.sin(x / 97 + hill * hill) * 1.5
            top = round(HEIGHT * (0.42 + 0.13 * hill) + 14 * bend)
            for y in range(max(top, 0), HEIGHT):
                rows[y][1 + 3 * x : 4 + 3 * x] = colour

    def chunk(kind: bytes, data: bytes) -> bytes:
        checksum = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checksum)

    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)
    data = zlib.compress(b"".join(rows))
    chunks = chunk(b"IHDR", header), chunk(b"IDAT", data), chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def note(pitch: int) -> bytes:
    """Return one note of a plucked string, as samples."""
    samples = array("h")
    for n in range(round(RATE * NOTE_SECONDS)):
        time = n / RATE
        loudness = 9000 * min(1, 200 * time) * math.exp(-5 * time)
        angle = math.tau * pitch * time
        samples.append(round(loudness * (math.sin(angle) + math.sin(2 * angle) / 4)))
    return samples.tobytes()


def tune() -> bytes:
    """Return a tune of a minute and a half as a WAV file."""
    notes = {name: note(pitch) for name, pitch in PITCHES.items()}
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setparams((1, 2, RATE, 0, "NONE", ""))
        out.writeframes(b"".join(notes[name] for name in TUNE))
    return file.getvalue()
