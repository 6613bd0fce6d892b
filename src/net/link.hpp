// A link: a connected socket, its TLS if it has any, and its framing.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "net/socket.hpp"
#include "net/thread.hpp"
#include "net/tls.hpp"
#include "net_utils.hpp"

namespace chat {

// One thread reads (read, wait), one thread writes (write, acknowledged, close_write) at a time; stop_reading(),
// shutdown() and secure() by any.
// No call waits but wait() and the helpers below.
class Link {
 public:
  virtual ~Link() = default;
  // What has arrived. `end` is a proper goodbye of the transport (close_notify under TLS, FIN without), `failed` a cut.
  // would_block: nothing for now; wait() tells when to ask again, which may be at once. After a short read the next one
  // may say so without asking the system; never twice in a row.
  virtual IoResult read(std::span<char> into) = 0;
  // Takes as many bytes as it can now. With would_block none was taken. Under TLS at most limits::unsent_bytes of
  // ciphertext wait inside, and flushed() tells when they have left.
  virtual IoResult write(std::string_view bytes) = 0;
  // Sends what waits inside; true when nothing does. (Plain: always true.)
  virtual bool flushed() = 0;
  // What waits inside has not become less for limits::write_deadline. (Plain: never.)
  virtual bool stalled() = 0;
  // The peer's system has everything that was written and flushed: nothing that ends the connection can cost the peer
  // any of it. For a link that is not read any more.
  virtual bool acknowledged() = 0;
  // As wait_for() on the socket.
  virtual Ready wait(Want want, Clock::time_point until, const Waker* waker = nullptr) = 0;
  virtual void close_write() = 0;   // the transport's goodbye
  virtual void stop_reading() = 0;  // wakes the reader, for which the link has ended; writing goes on
  virtual void shutdown() = 0;      // cut, both ways; wakes the reader
  virtual bool secure() const = 0;
};

std::unique_ptr<Link> make_plain_link(Socket socket);

// Hands the TLS connection over once handshake() has succeeded.
struct TlsStart {
  std::unique_ptr<Link> link;   // null: failed
  std::string error;            // one sentence
  bool plain_peer = false;      // the peer answered in plaintext; nothing was read from the socket
  bool turned_away = false;     // the peer closed the connection without a word
  bool not_clint = false;       // client: what the peer said begins neither a TLS record nor a packet
  HostCertificate certificate;  // client
  ChannelBinding binding;
};
// Does a TLS handshake on the socket, blocking until `until` at the latest. server_name as for TlsCodec.
// When plain_peer is set the socket is given back through `socket`.
TlsStart start_tls(Socket& socket, const TlsContext& context, const std::string& server_name, Clock::time_point until,
                   const Waker* waker = nullptr);

// Writes everything or throws PeerFault{connection_lost, stalled at `until`}. Blocks; for the time before a courier.
void write_all(Link& link, std::string_view bytes, Clock::time_point until);

// Reads frames from a link, waiting where told. Belongs to the link's reader thread.
class FrameStream {
 public:
  FrameStream(Link& link, std::size_t limit) : link_(link), frames_(limit) {}  // limit: octets of a frame
  void set_limit(std::size_t limit) { frames_.set_limit(limit); }
  enum class Outcome { frame, timeout, woken };
  // The next frame into `frame`. timeout: `until` has come, or the waker. Throws PeerFault: too_large, malformed,
  // frame_deadline (limits::frame_deadline after the frame's first byte), stalled, connection_lost (cut, or ended
  // without a goodbye packet).
  Outcome next(Frame& frame, Clock::time_point until, const Waker* waker = nullptr);
  bool ready() const { return frames_.ready(); }      // next() need not wait, nor read
  Clock::time_point heard() const { return heard_; }  // when the last byte came
  // The time until now, in which we did not read, is no silence of the peer and no part of a frame's deadline.
  void pause_deadline() { heard_ = frame_since_ = Clock::now(); }

 private:
  Link& link_;
  FrameReader frames_;
  std::unique_ptr<char[]> buffer_;  // while there is something to read
  Clock::time_point heard_ = Clock::now();
  Clock::time_point frame_since_ = heard_;
};

}  // namespace chat
