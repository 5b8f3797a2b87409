"""Pictures that say of themselves what is not so, or are larger than any visitor's."""

import struct
import zlib


def forged_png(width: int, height: int) -> bytes:
    """A true PNG of `width` x `height` black pixels, packed into next to nothing: 20,000 x 20,000 are 400 kB."""
    packer = zlib.compressobj(9)
    row = b"\0" + b"\0" * width
    packed = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        _chunk(kind, body)
        for kind, body in (
            (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)),
            (b"IDAT", packed),
            (b"IEND", b""),
        )
    )


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
