"""A port that a script answers on."""

import socket
import struct
import threading


class Listening:
    """Takes connections on a port of its own, one after the other. What a subclass needs for _take() it has before its
    __init__ calls this one."""

    def __init__(self):
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self._take(connection)

    def _take(self, connection):
        raise NotImplementedError

    def close(self):
        self._listener.shutdown(socket.SHUT_RDWR)  # wakes the thread in accept
        self._listener.close()


def shut(*ends):
    """Ends connections in both directions, whatever state they are in."""
    for end in ends:
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def reset(*ends):
    """Ends connections by RST, and wakes who waits for them."""
    for end in ends:
        try:
            end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            end.shutdown(socket.SHUT_RDWR)
            end.close()
        except OSError:
            pass
