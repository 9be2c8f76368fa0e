#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-only
"""Records as doc/PROTOCOL.md section 5 has them, in plain Python.

A second implementation, from the document and the RFCs, that shares nothing
with the first: tests/unit/t-record.c holds what this prints.
"""
import hashlib
import hmac
import struct

MASK = 0xFFFFFFFF
SIGMA = struct.unpack("<4I", b"expand 32-byte k")


def expand(prk, info, length):
    """HKDF-Expand of RFC 5869 over SHA-512."""
    out = block = b""
    count = 1
    while len(out) < length:
        block = hmac.new(prk, block + info + bytes([count]), hashlib.sha512).digest()
        out += block
        count += 1
    return out[:length]


def quarter(s, a, b, c, d):
    for x, y, z, turn in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
        s[x] = (s[x] + s[y]) & MASK
        t = s[z] ^ s[x]
        s[z] = ((t << turn) | (t >> (32 - turn))) & MASK


def rounds(s):
    for _ in range(10):
        for i in range(4):
            quarter(s, i, 4 + i, 8 + i, 12 + i)
        for i in range(4):
            quarter(s, i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4)


def hchacha(key, nonce):
    s = list(SIGMA + struct.unpack("<8I", key) + struct.unpack("<4I", nonce))
    rounds(s)
    return struct.pack("<8I", *(s[0:4] + s[12:16]))


def chacha_block(key, count, nonce):
    start = list(SIGMA + struct.unpack("<8I", key) + (count,))
    start += struct.unpack("<3I", nonce)
    s = start[:]
    rounds(s)
    return struct.pack("<16I", *[(x + y) & MASK for x, y in zip(s, start)])


def poly1305(key, message):
    r = int.from_bytes(key[:16], "little") & 0x0FFFFFFC0FFFFFFC0FFFFFFC0FFFFFFF
    total = 0
    for i in range(0, len(message), 16):
        part = int.from_bytes(message[i : i + 16] + b"\1", "little")
        total = (total + part) * r % ((1 << 130) - 5)
    total += int.from_bytes(key[16:], "little")
    return (total & ((1 << 128) - 1)).to_bytes(16, "little")


def padded(x):
    return x + bytes(-len(x) % 16)


def seal(key, nonce, ad, plain):
    """XChaCha20-Poly1305: ciphertext and tag."""
    sub = hchacha(key, nonce[:16])
    nonce = bytes(4) + nonce[16:]
    count = (len(plain) + 63) // 64
    stream = b"".join(chacha_block(sub, 1 + i, nonce) for i in range(count))
    text = bytes(x ^ y for x, y in zip(plain, stream))
    sizes = struct.pack("<QQ", len(ad), len(text))
    one_time = chacha_block(sub, 0, nonce)[:32]
    return text + poly1305(one_time, padded(ad) + padded(text) + sizes)


def main():
    secret, h = bytes(range(64)), bytes(range(64, 128))
    stream, direction, epoch_records = 0x0102, 1, 2
    lengths = (131068, 5, 0, 100000, 3)
    tags = b""
    chain, key, prefix = secret, b"", b""
    for counter, used in enumerate(lengths):
        final = counter == len(lengths) - 1
        epoch = counter // epoch_records
        tail = h + struct.pack(">HBI", stream, direction, epoch)
        if counter % epoch_records == 0:
            chain = expand(chain, b"xlsec stream 1" + tail, 64)
            okm = expand(chain, b"xlsec record 1" + tail, 47)
            key, prefix = okm[:32], okm[32:]
        head = struct.pack(">BBHIQ", 3 if final else 2, 0, stream, 131088, counter)
        plain = struct.pack(">I", used)
        plain += bytes((i * 7 + counter) & 255 for i in range(used))
        plain += bytes(131072 - len(plain))
        nonce = prefix + struct.pack(">QB", counter, 1 if final else 0)
        frame = head + seal(key, nonce, head, plain)
        tags += frame[-16:]
        print(counter, hashlib.sha512(frame).hexdigest())
    print("digest", hashlib.sha512(tags).hexdigest())


if __name__ == "__main__":
    main()
