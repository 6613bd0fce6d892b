// The least a chat server can do on these sockets: one loop that reads what came and sends it to everyone. No log, no
// names, no limits, no protection from a slow reader. What a real host costs is measured against it.
// usage: bench_floor PORT ROOMS [CERT KEY]
// port 0: the system chooses; each new client is put into the next room of so many; with a certificate: TLS 1.3
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <vector>

namespace {

struct Client {
  int fd = -1;
  std::size_t room = 0;
  SSL* tls = nullptr;

  int read(char* into, int size) const {
    return tls ? SSL_read(tls, into, size) : static_cast<int>(recv(fd, into, static_cast<std::size_t>(size), 0));
  }
  bool write(const char* from, int size) const {
    while (size > 0) {
      const int sent = tls ? SSL_write(tls, from, size)
                           : static_cast<int>(send(fd, from, static_cast<std::size_t>(size), MSG_NOSIGNAL));
      if (sent <= 0) return false;
      from += sent;
      size -= sent;
    }
    return true;
  }
};

// A context with the certificate; null, and a line that says so, when it cannot be used.
SSL_CTX* make_context(const char* cert, const char* key) {
  SSL_CTX* context = SSL_CTX_new(TLS_server_method());
  SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION);
  SSL_CTX_set_num_tickets(context, 0);
  if (SSL_CTX_use_certificate_chain_file(context, cert) == 1 &&
      SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) == 1)
    return context;
  std::fprintf(stderr, "bench_floor: cannot use %s and %s\n", cert, key);
  return nullptr;
}

// A socket that listens on 127.0.0.1, and the line that says on which port; -1, and a line that says why, when it
// cannot.
int listen_on(std::uint16_t port) {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int one = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  setsockopt(listener, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);  // accepted sockets inherit it
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 || listen(listener, 4096) != 0) {
    std::perror("bench_floor: cannot listen");
    return -1;
  }
  socklen_t address_size = sizeof address;
  getsockname(listener, reinterpret_cast<sockaddr*>(&address), &address_size);
  std::printf("Listening on 127.0.0.1:%d\n", ntohs(address.sin_port));
  std::fflush(stdout);
  return listener;
}

// The next newcomer, after its TLS handshake if there is a context; null when that fails.
std::unique_ptr<Client> take_in(int listener, SSL_CTX* context) {
  auto client = std::make_unique<Client>();
  client->fd = accept(listener, nullptr, nullptr);
  if (client->fd < 0) return nullptr;
  if (!context) return client;
  client->tls = SSL_new(context);
  SSL_set_fd(client->tls, client->fd);
  if (SSL_accept(client->tls) == 1) return client;
  SSL_free(client->tls);
  close(client->fd);
  return nullptr;
}

[[noreturn]] void serve(int listener, SSL_CTX* context, std::size_t rooms) {
  const int poller = epoll_create1(EPOLL_CLOEXEC);
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.ptr = nullptr;
  epoll_ctl(poller, EPOLL_CTL_ADD, listener, &event);
  std::vector<std::vector<std::unique_ptr<Client>>> clients(rooms);  // by room
  std::size_t accepted = 0;
  std::array<epoll_event, 256> events;
  std::array<char, 1 << 16> bytes;
  while (true) {
    const int ready = epoll_wait(poller, events.data(), static_cast<int>(events.size()), -1);
    for (int i = 0; i < ready; ++i) {
      auto* from = static_cast<Client*>(events[static_cast<std::size_t>(i)].data.ptr);
      if (!from) {
        auto client = take_in(listener, context);
        if (!client) continue;
        event.data.ptr = client.get();
        epoll_ctl(poller, EPOLL_CTL_ADD, client->fd, &event);
        client->room = accepted++ % clients.size();
        clients[client->room].push_back(std::move(client));
        continue;
      }
      const int size = from->read(bytes.data(), static_cast<int>(bytes.size()));
      if (size <= 0) {
        close(from->fd);
        SSL_free(from->tls);
        std::erase_if(clients[from->room], [&](const auto& client) { return client.get() == from; });
        continue;
      }
      for (const auto& client : clients[from->room]) client->write(bytes.data(), size);
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  const int rooms = argc > 2 ? std::atoi(argv[2]) : 0;
  if ((argc != 3 && argc != 5) || rooms < 1) {
    std::fprintf(stderr, "usage: bench_floor PORT ROOMS [CERT KEY]\n");
    return 2;
  }
  std::signal(SIGPIPE, SIG_IGN);
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  SSL_CTX* const context = argc == 5 ? make_context(argv[3], argv[4]) : nullptr;
  if (argc == 5 && !context) return 2;
  const int listener = listen_on(static_cast<std::uint16_t>(std::atoi(argv[1])));
  if (listener < 0) return 1;
  serve(listener, context, static_cast<std::size_t>(rooms));
}
