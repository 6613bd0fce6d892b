"""SPAKE2+ (RFC 9383, P256-SHA256-HKDF-SHA256-HMAC-SHA256) in plain Python, beside the implementation in src/crypto and
independent of it: for scripts that play one side of a log-in, or look for what a transcript gives away. Slow, and not
constant-time: for tests alone."""

import functools
import hashlib
import hmac
import secrets
import struct

P = 0xFFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
G = (0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
     0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5)


def _unpacked(compressed):
    x = int.from_bytes(compressed[1:], "big")
    y = pow(x ** 3 - 3 * x + _B, (P + 1) // 4, P)
    return x, y if y % 2 == compressed[0] % 2 else P - y


M = _unpacked(bytes.fromhex("02886e2f97ace46e55ba9dd7242579f2993b64e16ef3dcab95afd497333d8fa12f"))
N = _unpacked(bytes.fromhex("03d8bbd6c639c62937b04d997f38c3770719c629d7014d49a24b4f98baa1292b49"))


def add(one, other):
    """None is the identity."""
    if one is None or other is None:
        return one or other
    if one[0] == other[0]:
        if (one[1] + other[1]) % P == 0:
            return None
        slope = (3 * one[0] ** 2 - 3) * pow(2 * one[1], -1, P)
    else:
        slope = (other[1] - one[1]) * pow(other[0] - one[0], -1, P)
    x = (slope ** 2 - one[0] - other[0]) % P
    return x, (slope * (one[0] - x) - one[1]) % P


@functools.lru_cache(64)  # M and N times w0 above all
def times(scalar, point):
    result = None
    for bit in bin(scalar % ORDER)[2:]:
        result = add(result, result)
        if bit == "1":
            result = add(result, point)
    return result


def minus(point):
    return point and (point[0], P - point[1])


def octets(point):
    return b"\x04" + point[0].to_bytes(32, "big") + point[1].to_bytes(32, "big")


def point(octets_):
    x, y = int.from_bytes(octets_[1:33], "big"), int.from_bytes(octets_[33:], "big")
    assert len(octets_) == 65 and octets_[0] == 4 and (y * y - x ** 3 + 3 * x - _B) % P == 0
    return x, y


def hkdf(key, info, size, salt=b"\0" * 32):
    return expand(hmac.digest(salt, key, "sha256"), info, size)


def expand(key, info, size):
    block, output = b"", b""
    while len(output) < size:
        block = hmac.digest(key, block + info + bytes([len(output) // 32 + 1]), "sha256")
        output += block
    return output[:size]


def _le(value):
    return struct.pack("<Q", len(value)) + value


@functools.cache
def derive(password, salt, n, r, p, prover, verifier):
    """w0, w1 and the room's key. What was made once is kept: it takes a while."""
    key = hashlib.scrypt(_le(password) + _le(prover) + _le(verifier), salt=salt, n=n, r=r, p=p, dklen=64,
                         maxmem=256 * n * r)
    wide = expand(key, b"clint v1 spake2+ w0 w1", 80)
    return (int.from_bytes(wide[:40], "big") % ORDER, int.from_bytes(wide[40:], "big") % ORDER,
            expand(key, b"clint v1 room key", 32))


def session_id(main_key):
    """What an account's log-in is bound to, made of K_main of the run before it."""
    return hkdf(main_key, b"clint v1 session id", 32)


def conclude(context, prover, verifier, share_p, share_v, z, v, w0):
    """confirmP, confirmV and the run's session id."""
    transcript = b"".join(map(_le, (context, prover, verifier, octets(M), octets(N), share_p, share_v, octets(z),
                                    octets(v), w0.to_bytes(32, "big"))))
    main_key = hashlib.sha256(transcript).digest()
    keys = hkdf(main_key, b"ConfirmationKeys", 64)
    return (hmac.digest(keys[:32], share_v, "sha256"), hmac.digest(keys[32:], share_p, "sha256"),
            session_id(main_key))


class Prover:
    def __init__(self, w0, w1, context, prover, verifier, x=None):
        self._w0, self._w1, self._x = w0, w1, x or 1 + secrets.randbelow(ORDER - 1)
        self._rest = context, prover, verifier
        self.share = octets(add(times(self._x, G), times(w0, M)))

    def confirm(self, share_v, confirm_v):
        """confirmP, or None when the other side does not know the password."""
        unmasked = add(point(share_v), minus(times(self._w0, N)))
        self.ours, theirs, self.session_id = conclude(*self._rest, self.share, share_v, times(self._x, unmasked),
                                                      times(self._w1, unmasked), self._w0)
        return self.ours if hmac.compare_digest(theirs, confirm_v) else None
