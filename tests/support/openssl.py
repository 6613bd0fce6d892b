"""A TLS 1.3 client through ctypes on OpenSSL, for what Python's ssl does not offer: KeyUpdates, and records of one's
own making under the connection's key (RFC 8446, sections 4.6.3, 5.2 and 7.3; TLS_AES_128_GCM_SHA256 alone)."""

import ctypes
import ctypes.util
import hashlib
import hmac
import struct
import time

from chat import Skip

_KEYLOG = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_char_p)
_KEY_UPDATE_NOT_REQUESTED = 0
_KEY_UPDATE_REQUESTED = 1
_ENCRYPT_TAG = 0x10  # EVP_CTRL_AEAD_GET_TAG


def _library(name):
    found = ctypes.util.find_library(name)
    if not found:
        raise Skip(f"no lib{name} for ctypes")
    library = ctypes.CDLL(found)
    return library


def _function(library, name, result=ctypes.c_void_p, *arguments):
    function = getattr(library, name)
    function.restype = result
    function.argtypes = arguments
    return function


class Connection:
    """Shakes hands on a connected blocking socket; Python's socket stays usable beside it."""

    def __init__(self, sock):
        p, i, s = ctypes.c_void_p, ctypes.c_int, ctypes.c_char_p
        tls, crypto = _library("ssl"), _library("crypto")
        self._socket = sock
        sock.setblocking(True)
        self._tls, self._crypto = tls, crypto
        self._read = _function(tls, "SSL_read", i, p, p, i)
        self._write = _function(tls, "SSL_write", i, p, s, i)
        self._update = _function(tls, "SSL_key_update", i, p, i)
        self._do_handshake = _function(tls, "SSL_do_handshake", i, p)
        context = _function(tls, "SSL_CTX_new", p, p)(_function(tls, "TLS_client_method")())
        _function(tls, "SSL_CTX_set_ciphersuites", i, p, s)(context, b"TLS_AES_128_GCM_SHA256")
        _function(tls, "SSL_CTX_set_alpn_protos", i, p, s, ctypes.c_uint)(context, b"\x07clint/1", 8)
        self._secrets = {}
        self._keylog = _KEYLOG(lambda _, line: self._note(line))
        _function(tls, "SSL_CTX_set_keylog_callback", None, p, _KEYLOG)(context, self._keylog)
        self._ssl = _function(tls, "SSL_new", p, p)(context)
        _function(tls, "SSL_set_fd", i, p, i)(self._ssl, sock.fileno())
        if _function(tls, "SSL_connect", i, p)(self._ssl) != 1:
            raise ConnectionError("the TLS handshake failed")
        self._sequence = 0  # of the records sent under the application key

    def _note(self, line):
        label, _, secret = line.split()
        self._secrets[label] = bytes.fromhex(secret.decode())

    def write(self, data):
        if self._write(self._ssl, data, len(data)) != len(data):
            raise ConnectionError("the host is gone")
        self._sequence += 1

    def read(self):
        buffer = ctypes.create_string_buffer(65536)
        size = self._read(self._ssl, buffer, len(buffer))
        if size <= 0:
            raise ConnectionError("the host is gone")
        return buffer.raw[:size]

    def key_update(self):
        """Asks the peer for a KeyUpdate of its own; reads nothing."""
        if self._update(self._ssl, _KEY_UPDATE_REQUESTED) != 1 or self._do_handshake(self._ssl) != 1:
            raise ConnectionError("the host is gone")

    def key_updates(self, seconds):
        """As many KeyUpdates which ask for no answer as can be made in so long, to be sent by the caller; nothing else
        can be sent any more."""
        p, i = ctypes.c_void_p, ctypes.c_int
        kept = _function(self._crypto, "BIO_new", p, p)(_function(self._crypto, "BIO_s_mem")())
        _function(self._tls, "SSL_set0_wbio", None, p, p)(self._ssl, kept)
        count, until = 0, time.monotonic() + seconds
        while time.monotonic() < until:
            if self._update(self._ssl, _KEY_UPDATE_NOT_REQUESTED) != 1 or self._do_handshake(self._ssl) != 1:
                raise ConnectionError("OpenSSL made no KeyUpdate")
            count += 1
        octets = ctypes.create_string_buffer(64 * count)
        size = _function(self._crypto, "BIO_read", i, p, p, i)(kept, octets, len(octets))
        return octets.raw[:size]

    def begin_own_records(self):
        """From here on send_records() writes, instead of OpenSSL."""
        secret = self._secrets[b"CLIENT_TRAFFIC_SECRET_0"]
        self._key, self._iv = _expand(secret, b"key", 16), _expand(secret, b"iv", 12)

    def send_records(self, contents):
        self._socket.sendall(b"".join(self._record(content) for content in contents))

    def _record(self, content):
        plain = content + b"\x17"  # application data
        header = b"\x17\x03\x03" + struct.pack(">H", len(plain) + 16)
        nonce = bytes(a ^ b for a, b in zip(self._iv, struct.pack(">IQ", 0, self._sequence)))
        self._sequence += 1
        return header + self._seal(nonce, header, plain)

    def _seal(self, nonce, associated, plain):
        p, i, s = ctypes.c_void_p, ctypes.c_int, ctypes.c_char_p
        c = self._crypto
        context = _function(c, "EVP_CIPHER_CTX_new")()
        begin = _function(c, "EVP_EncryptInit_ex", i, p, p, p, s, s)
        update = _function(c, "EVP_EncryptUpdate", i, p, p, p, s, i)
        size = ctypes.c_int()
        begin(context, _function(c, "EVP_aes_128_gcm")(), None, self._key, nonce)
        update(context, None, ctypes.byref(size), associated, len(associated))
        out, tag = ctypes.create_string_buffer(len(plain) + 16), ctypes.create_string_buffer(16)
        update(context, out, ctypes.byref(size), plain, len(plain))
        _function(c, "EVP_EncryptFinal_ex", i, p, p, p)(context, ctypes.byref(out, len(plain)), ctypes.byref(size))
        _function(c, "EVP_CIPHER_CTX_ctrl", i, p, i, i, p)(context, _ENCRYPT_TAG, 16, tag)
        _function(c, "EVP_CIPHER_CTX_free", None, p)(context)
        return out.raw[:len(plain)] + tag.raw


def _expand(secret, label, size):
    """HKDF-Expand-Label with an empty context, for at most 32 octets."""
    name = b"tls13 " + label
    info = struct.pack(">HB", size, len(name)) + name + b"\0"
    return hmac.new(secret, info + b"\1", hashlib.sha256).digest()[:size]
