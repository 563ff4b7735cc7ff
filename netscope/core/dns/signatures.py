"""Checking public key signatures of DNSSEC (RFC 8624's list). Only public data is handled: nothing here keeps a secret.

Written out because a check needs no more than modular arithmetic, and a dependency for it would be the largest of all.
"""

from __future__ import annotations

import hashlib
from typing import NamedTuple

RSA = {5: "sha1", 7: "sha1", 8: "sha256", 10: "sha512"}
_DIGEST_INFO = {  # RFC 8017, 9.2, note 1
    "sha1": bytes.fromhex("3021300906052b0e03021a05000414"),
    "sha256": bytes.fromhex("3031300d060960864801650304020105000420"),
    "sha512": bytes.fromhex("3051300d060960864801650304020305000440"),
}
_ED25519 = 15
_LARGEST_MODULUS = 512  # octets, RFC 3110

Point = tuple[int, int, int]  # projective: Jacobian for the NIST curves, extended by T=XY/Z for Edwards


class Curve(NamedTuple):
    """A NIST curve y^2 = x^3 - 3x + b over p, of order n, with generator (x, y)."""

    p: int
    n: int
    b: int
    x: int
    y: int
    hash: str
    size: int


_P256 = Curve(
    0xFFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF,
    0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
    0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B,
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
    "sha256", 32,
)  # fmt: skip
_P384 = Curve(
    0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEFFFFFFFF0000000000000000FFFFFFFF,
    0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973,
    0xB3312FA7E23EE7E4988E056BE3F82D19181D9C6EFE8141120314088F5013875AC656398D8A2ED19D2A85C8EDD3EC2AEF,
    0xAA87CA22BE8B05378EB1C71EF320AD746E1D3B628BA79B9859F741E082542A385502F25DBF55296C3A545E3872760AB7,
    0x3617DE4A96262C6F5D9E98BF9292DC29F8F41DBD289A147CE9DA3113B5F0B8C00A60B1CE1D7E819D7A431D7C90EA0E5F,
    "sha384", 48,
)  # fmt: skip
_CURVES = {13: _P256, 14: _P384}
SUPPORTED = frozenset({*RSA, *_CURVES, _ED25519})


def verify(algorithm: int, key: bytes, signature: bytes, signed: bytes) -> bool:
    """Tell whether a signature over ``signed`` was made by the key (a DNSKEY's public key field)."""
    if algorithm in RSA:
        return _rsa(RSA[algorithm], key, signature, signed)
    if algorithm in _CURVES:
        return _ecdsa(_CURVES[algorithm], key, signature, signed)
    return algorithm == _ED25519 and _ed25519(key, signature, signed)


def _rsa(name: str, key: bytes, signature: bytes, signed: bytes) -> bool:
    """RSASSA-PKCS1-v1_5 (RFC 8017, 8.2.2) with the key of RFC 3110."""
    if len(key) < 3:
        return False
    length, start = (key[0], 1) if key[:1] != b"\0" else (int.from_bytes(key[1:3], "big"), 3)
    exponent = int.from_bytes(key[start : start + length], "big")
    modulus_octets = key[start + length :].lstrip(b"\0")
    size, modulus = len(modulus_octets), int.from_bytes(modulus_octets, "big")
    if not 64 <= size <= _LARGEST_MODULUS or len(signature) != size or exponent < 3 or exponent.bit_length() > 64:
        return False
    info = _DIGEST_INFO[name] + hashlib.new(name, signed, usedforsecurity=False).digest()
    expected = b"\0\1" + b"\xff" * (size - len(info) - 3) + b"\0" + info
    return pow(int.from_bytes(signature, "big"), exponent, modulus).to_bytes(size, "big") == expected


def _ecdsa(curve: Curve, key: bytes, signature: bytes, signed: bytes) -> bool:
    """ECDSA (FIPS 186-4, 6.4) with the key and signature of RFC 6605."""
    size, p, n = curve.size, curve.p, curve.n
    if len(key) != 2 * size or len(signature) != 2 * size:
        return False
    x, y = int.from_bytes(key[:size], "big"), int.from_bytes(key[size:], "big")
    r, s = int.from_bytes(signature[:size], "big"), int.from_bytes(signature[size:], "big")
    if x >= p or y >= p or (y * y - (x * x * x - 3 * x + curve.b)) % p or not (0 < r < n and 0 < s < n):
        return False
    inverse = pow(s, -1, n)
    digest = int.from_bytes(hashlib.new(curve.hash, signed).digest(), "big")
    found = _two_products(curve, digest * inverse % n, (curve.x, curve.y, 1), r * inverse % n, (x, y, 1))
    if not found[2]:
        return False
    return found[0] * pow(found[2], -2, p) % p % n == r


def _two_products(curve: Curve, first: int, one: Point, second: int, other: Point) -> Point:
    """Return first*one + second*other, bit by bit for both at once (Shamir's trick)."""
    p = curve.p
    both = _add(one, other, p)
    found: Point = (0, 1, 0)
    for bit in range(max(first.bit_length(), second.bit_length()) - 1, -1, -1):
        found = _double(found, p)
        which = (first >> bit & 1) | (second >> bit & 1) << 1
        if which:
            found = _add(found, (one, other, both)[which - 1], p)
    return found


def _double(point: Point, p: int) -> Point:
    x, y, z = point
    if not z or not y:
        return (0, 1, 0)
    delta, gamma = z * z % p, y * y % p
    beta = x * gamma % p
    alpha = 3 * (x - delta) * (x + delta) % p
    third = (alpha * alpha - 8 * beta) % p
    return third, (alpha * (4 * beta - third) - 8 * gamma * gamma) % p, ((y + z) ** 2 - gamma - delta) % p


def _add(one: Point, other: Point, p: int) -> Point:
    if not one[2]:
        return other
    if not other[2]:
        return one
    square1, square2 = one[2] * one[2] % p, other[2] * other[2] % p
    u1, u2 = one[0] * square2 % p, other[0] * square1 % p
    s1, s2 = one[1] * square2 * other[2] % p, other[1] * square1 * one[2] % p
    if u1 == u2:
        return _double(one, p) if s1 == s2 else (0, 1, 0)
    h, r = (u2 - u1) % p, (s2 - s1) % p
    h2 = h * h % p
    h3, v = h * h2 % p, u1 * h2 % p
    x = (r * r - h3 - 2 * v) % p
    return x, (r * (v - x) - s1 * h3) % p, h * one[2] * other[2] % p


_Q = 2**255 - 19
_L = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, -1, _Q) % _Q
_ROOT = pow(2, (_Q - 1) // 4, _Q)
_BASE_Y = 4 * pow(5, -1, _Q) % _Q

Extended = tuple[int, int, int, int]


def _ed25519(key: bytes, signature: bytes, signed: bytes) -> bool:
    """Ed25519 (RFC 8032, 5.1.7) with the key and signature of RFC 8080."""
    if len(key) != 32 or len(signature) != 64:
        return False
    public, point = _decompress(key), _decompress(signature[:32])
    base = _decompress(_BASE_Y.to_bytes(32, "little"))
    s = int.from_bytes(signature[32:], "little")
    if public is None or point is None or base is None or s >= _L:
        return False
    challenge = int.from_bytes(hashlib.sha512(signature[:32] + key + signed).digest(), "little") % _L
    left = _edwards_product(s, base)
    right = _edwards_add(point, _edwards_product(challenge, public))
    return not ((left[0] * right[2] - right[0] * left[2]) % _Q or (left[1] * right[2] - right[1] * left[2]) % _Q)


def _decompress(data: bytes) -> Extended | None:
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (1 << 255) - 1
    if y >= _Q:
        return None
    square = (y * y - 1) * pow(_D * y * y + 1, -1, _Q) % _Q
    x = pow(square, (_Q + 3) // 8, _Q)
    if (x * x - square) % _Q:
        x = x * _ROOT % _Q
    if (x * x - square) % _Q or (not x and sign):
        return None
    x = _Q - x if x & 1 != sign else x
    return x, y, 1, x * y % _Q


def _edwards_add(one: Extended, other: Extended) -> Extended:
    a = (one[1] - one[0]) * (other[1] - other[0]) % _Q
    b = (one[1] + one[0]) * (other[1] + other[0]) % _Q
    c = 2 * one[3] * other[3] * _D % _Q
    d = 2 * one[2] * other[2] % _Q
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % _Q, g * h % _Q, f * g % _Q, e * h % _Q


def _edwards_product(scalar: int, point: Extended) -> Extended:
    found: Extended = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            found = _edwards_add(found, point)
        point = _edwards_add(point, point)
        scalar >>= 1
    return found
