"""What stands between clients and a host."""

import socket
import threading
import time

from listening import Listening, reset, shut
from wire import fresh_address


class Proxy(Listening):
    """Stands between clients and a host, and can cut them off or swallow one direction. With `spread` the host sees each
    connection come from another loopback address, so that no penalty of one falls on the next."""

    def __init__(self, port, spread=False):
        self._target = port
        self._spread = spread
        self._pairs = []
        self.flowing = threading.Event()  # cleared: nothing passes, and nothing is refused, as when a cable is out
        self.flowing.set()
        self.delay = lambda: 0        # seconds, asked for each piece
        self.overhear = lambda octets: None  # gets what clients say
        self.swallow_answers = False  # what the host says does not reach the client any more
        self.swallowed = 0            # octets
        self.gather = b""             # what the host says waits until this is among it, and comes in one piece
        self.refuse = False           # new connections are closed at once
        self.accepted = 0
        super().__init__()

    def _take(self, connection):
        self.accepted += 1
        if self.refuse:
            connection.close()
            return
        try:
            source = (fresh_address(), 0) if self._spread else None
            host = socket.create_connection(("127.0.0.1", self._target), source_address=source)
        except OSError:
            connection.close()
            return
        self._pairs.append((connection, host))
        for pair in ((connection, host, False), (host, connection, True)):
            threading.Thread(target=self._carry, args=pair, daemon=True).start()

    def _carry(self, source, target, answers):
        gathered = b""
        try:
            while data := source.recv(65536):
                if answers and self.gather:
                    gathered += data
                    if self.gather not in gathered:
                        continue
                    data, gathered, self.gather = gathered, b"", b""
                if not answers:
                    self.overhear(data)
                time.sleep(self.delay())
                self.flowing.wait()
                if answers and self.swallow_answers:
                    self.swallowed += len(data)
                else:
                    target.sendall(data)
        except OSError:
            pass
        shut(source, target)

    def cut(self):
        """Resets every connection, both ways."""
        pairs, self._pairs = self._pairs, []
        for pair in pairs:
            reset(*pair)

    def close(self):
        super().close()
        self.cut()
