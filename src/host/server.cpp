#include "host/server.hpp"

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <random>
#include <system_error>
#include <thread>

#include "crypto/password.hpp"
#include "host/data_folder.hpp"
#include "host/durable_ledger.hpp"
#include "host/orders.hpp"
#include "host/questions.hpp"
#include "host/store_archive.hpp"
#include "host/store_tools.hpp"
#include "net/secrets.hpp"

namespace chat {

namespace {

// The host's first packet: what it is, and what a client makes its keys of.
Hello make_hello(const HostOptions& options, const HostKeys* keys) {
  Hello hello;
  hello.mode = options.security == Security::plain ? Mode::plain : Mode::tls;
  const bool lasts = !options.cert_file.empty() || !options.data.empty();
  if (lasts && options.security != Security::plain) hello.capabilities = keeps_its_key;
  hello.host_id = random_host_id();
  if (!keys) return hello;
  const Verifier& verifier = keys->verifier();
  hello.mode = Mode::secure;
  hello.verifier_id = verifier.id;
  hello.salt = verifier.kdf.salt;
  hello.scrypt_n = verifier.kdf.n;
  hello.scrypt_r = verifier.kdf.r;
  hello.scrypt_p = verifier.kdf.p;
  return hello;
}

}  // namespace

// What a host with --data has beside the others.
struct Server::Kept {
  Kept(const HostOptions& options, std::uint64_t session_base, DurableLedger::Settings settings)
      : folder(options.data),
        store(options.data, {options.durability, session_base}),
        archive(options.data),
        ledger(store, options.data, std::move(settings)) {}

  bool start(const std::function<void(const std::string&)>& report) {
    if (store.lost_log())
      report("the write-ahead log of " + folder.path() + " is gone or damaged: the last posts may be lost" +
             (store.damaged_log().empty() ? "" : "; what is left of it is kept as " + store.damaged_log()));
    if (!store.stopped_cleanly()) inspector.start(folder.path(), report);
    return archive.start() && ledger.start();
  }
  void stop() {
    inspector.stop();
    archive.stop();
    ledger.stop();
    if (ledger.broken()) return;
    try {
      store.close();
    } catch (const StoreError&) {
      return;  // the disk is full: not closed well, and the next host looks through the file
    }
  }
  // The same after a restart. Before start(): the store is still this thread's.
  Secret decoy_secret() {
    constexpr const char* name = "decoy_secret";
    if (const auto known = store.meta(name)) return Secret(*known);
    Secret made = Accounts::random_secret();
    store.set_meta(name, made.view());
    return made;
  }

  DataFolder folder;
  Store store;
  StoreArchive archive;
  DurableLedger ledger;
  Inspector inspector;
};

int Server::run() {
  forbid_core_dumps();  // before a password is asked for
  if (!options_.check.empty()) return check_data(options_.check, std::cout, std::cerr);
  if (!options_.export_from.empty()) return export_posts();
  if (options_.only_check) return check_settings();
  if (options_.password_was_argument && !options_.quiet)
    std::cerr << "host: warning: " << argument_warning << "\n" << std::flush;
  const StopSignals signals(HangUp::reread);
  LineInput input(limits::message_bytes);
  if (const auto code = ask_what_is_missing(input, signals, options_)) return *code;
  if (options_.accounts == Accounts::Policy::required && options_.security == Security::plain)
    return fail("accounts need encryption, and this host was asked for none", "start it with --secure or --tls", 2);
  // Some descriptors are for the log, the console and strangers; where there are few, half of them.
  descriptors_ = raise_descriptor_limit();
  const std::size_t spared = std::min<std::size_t>(limits::descriptors_kept, descriptors_ / 2);
  std::unique_ptr<Accounts> accounts;
  std::unique_ptr<Moderation> moderation;
  Roster roster(std::min<std::size_t>(options_.max_clients, descriptors_ - spared), [&](const std::string& name) {
    return accounts->find(name) || moderation->find(Moderation::List::banned, name);
  });

  std::unique_ptr<Journal> journal;
  std::unique_ptr<Listener> listener;
  std::shared_ptr<TlsContext> tls;
  // A verifier outlives the host, and with it the key: no session id may come twice under one key.
  const std::uint64_t session_base = options_.security == Security::password ? unix_ms() << 16 : 0;
  std::unique_ptr<Kept> kept;
  std::unique_ptr<const HostKeys> keys;
  Services* in_service = nullptr;
  const auto report = [&](const std::string& line) {
    journal->write(LogLevel::error, line);
    if (in_service) in_service->console.note("! " + line);
  };
  try {
    journal = std::make_unique<Journal>(options_.log_file, options_.log_level);
    listener = std::make_unique<Listener>(options_.bind, *options_.port);
    if (options_.security != Security::plain) tls = make_tls();
    tls_.set(tls);
    if (!options_.data.empty()) {
      kept = std::make_unique<Kept>(
          options_, session_base,
          DurableLedger::Settings{options_.keep, [&](const auto& what) { tell_refused(what, *in_service); }, report});
      keeping_ = &kept->ledger;
    }
    if (options_.security == Security::password) keys = make_keys();
    if (keys && keys->is_new() && kept && kept->store.has_sealed())
      std::cerr << "host: warning: " + printable(options_.data) +
                       " has what was sealed with another key, and not the file verifier that belongs to it: stop this"
                       " host and put that back, or it can be read no more\n";
    if (!keys && kept && std::filesystem::exists(in_data("verifier")))
      std::cerr << "host: warning: " + printable(options_.data) +
                       " had a password before: what is said now is not sealed, and what was said then cannot be read;"
                       " if this was a slip, start it again with --secure\n";
  } catch (const std::system_error& error) {
    if (lacks_zone(options_.bind))
      return fail(error.what(), "name the interface, too, as in --bind " + options_.bind + "%eth0", 2);
    if (error.code() == std::errc::address_not_available)
      return fail(error.what(), "--bind takes an address of this machine; without it the host listens on all", 2);
    return fail(error.what(), port_hint, 1);
  } catch (const TlsError& error) {
    return fail(error.what(), "", 2);
  } catch (const StoreError& error) {
    return fail(error.what(), error.hint, 1);
  } catch (const std::runtime_error& error) {
    return fail(error.what(), "", 2);
  }

  Hello hello = make_hello(options_, keys.get());
  if (kept) {
    hello.host_id = kept->store.host_id();
    hello.capabilities |= keeps_history;
  }
  Waker stop;
  Gate gate(options_.count_loopback, std::random_device{}(),
            options_.per_address.value_or(keys ? limits::members_per_address : limits::connections_per_address));
  Guesses guesses;
  MemoryLedger in_memory(session_base);
  Ledger& ledger = kept ? static_cast<Ledger&>(kept->ledger) : in_memory;
  Archive* const archive = kept ? &kept->archive : nullptr;
  Console console(roster, keys.get(), options_.quiet);
  ThreadGroup threads([this] { house_work(false); });
  std::vector<std::unique_ptr<Courier>> couriers;
  std::vector<Bell*> bells{&console};
  for (unsigned i = 0; i < std::clamp(std::thread::hardware_concurrency(), 1U, 16U); ++i) {
    couriers.push_back(std::make_unique<Courier>(archive));
    bells.push_back(couriers.back().get());
  }
  std::unique_ptr<Rooms> rooms;
  try {
    moderation = std::make_unique<Moderation>(ledger, options_.operators);
    accounts = std::make_unique<Accounts>(ledger, tls ? options_.accounts : Accounts::Policy::off, options_.small_kdf,
                                          kept ? kept->decoy_secret() : Accounts::random_secret());
    if (kept) journal->keep_audit_in(in_data("audit.log"));
    rooms = std::make_unique<Rooms>(
        ledger, bells, [&] { return roster.size(); },
        [&](std::uint64_t session, const std::string& name) { return roster.is_here(session, name); },
        [this] { house_work(true); });
  } catch (const StoreError& error) {
    return fail(error.what(), error.hint, 1);
  } catch (const std::runtime_error& error) {
    return fail(error.what(), "", 1);
  }
  const auto stop_in = [&](std::optional<std::chrono::seconds> time) {
    const auto never = Clock::time_point::max();
    const auto before = stop_at_.exchange((time ? Clock::now() + *time : never).time_since_epoch().count());
    signals.waker().wake();
    return before != never.time_since_epoch().count();
  };
  Services services{options_,
                    terms_,
                    hello,
                    tls_,
                    keys.get(),
                    guesses,
                    *moderation,
                    *accounts,
                    stop,
                    stopping_,
                    *journal,
                    console,
                    gate,
                    roster,
                    ledger,
                    *rooms,
                    rooms->lobby(),
                    archive,
                    rooms->lobby_announcer(),
                    threads,
                    stop_in,
                    std::move(couriers)};
  in_service = &services;

  print_start(*listener, tls.get(), keys.get(), roster.most());
  bool started = console.start(rooms->lobby());
  if (kept) started = kept->start(report) && started;
  for (const auto& courier : services.couriers) started = courier->start() && started;
  Thread housekeeper = Thread::start([&] { keep_house(services); });
  Thread acceptor = Thread::start([&] { accept_clients(*listener, services); });
  started = started && housekeeper.joinable() && acceptor.joinable();
  if (started && kept && kept->store.was_off()) services.announcer.notice(history_is_on);
  if (started) read_console(input, signals, services);
  if (signals.interrupted() && input_is_terminal()) std::cout << "\n" << std::flush;  // after the ^C

  stopping_ = true;
  stop.wake();
  if (acceptor.joinable()) acceptor.join();
  listener->close();
  say_goodbye(services, housekeeper);
  if (kept) kept->stop();
  console.stop();
  journal->stopped();
  return started ? 0 : fail("the system has no thread to give", "end other programs, or raise the limit", 1);
}

// With nobody new coming: ends every session, and its thread; then what was said reaches everyone before the goodbye.
void Server::say_goodbye(Services& services, Thread& housekeeper) {
  for (const auto& [session, delivery] : services.roster.deliveries()) delivery->end(Goodbye::host_stopping);
  {
    MutexLock lock(mu_);
    house_closed_ = true;
    work_.notify_one();
  }
  if (housekeeper.joinable()) housekeeper.join();
  services.threads.join_all();
  services.ledger.commit();
  for (const auto& [session, delivery] : services.roster.deliveries()) {
    delivery->post(Farewell{Goodbye::host_stopping, {}}.encode());
    services.courier_of(session).finish(delivery);
  }
  for (const auto& courier : services.couriers) courier->stop();
}

int Server::check_settings() {
  try {
    if (!options_.cert_file.empty()) TlsContext::host(options_.cert_file, options_.key_file);
    if (!options_.verifier_file.empty()) HostKeys::from_file(options_.verifier_file);
  } catch (const std::runtime_error& error) {
    return fail(error.what(), "", 2);
  }
  std::cout << "the settings can be used\n";
  return 0;
}

// With the certificate that was given, or one for all that this machine may be called.
std::shared_ptr<TlsContext> Server::make_tls() const {
  if (!options_.cert_file.empty()) return TlsContext::host(options_.cert_file, options_.key_file);
  auto names = reachable_addresses();
  names.insert(names.end(), {"localhost", "127.0.0.1", "::1"});
  if (const std::string own = host_name(); !own.empty() && own != "localhost") names.push_back(own);
  if (!options_.bind.empty()) names.push_back(options_.bind);
  for (std::string& name : names) name = name.substr(0, name.find('%'));
  return TlsContext::host_self_signed(names, in_data("host.pem"));
}

std::unique_ptr<const HostKeys> Server::make_keys() {
  if (!options_.verifier_file.empty()) return HostKeys::from_file(options_.verifier_file);
  if (is_weak(*options_.password))
    std::cerr << "host: warning: a short password can be found by whoever gets hold of the host's memory or of sealed"
                 " messages\n";
  auto made = HostKeys::from_password(*options_.password, options_.small_kdf, in_data("verifier"));
  options_.password.reset();  // what is made of it is enough
  if (made->replaced_another())
    std::cerr << "host: warning: " + printable(options_.data) +
                     " had another password before: who has that one is not let in any more, and needs"
                     " --also-password to read what was said with it; if this was a slip, start it again\n";
  return made;
}

// With a password what was said is opened, as far as it is sealed with that one.
int Server::export_posts() {
  std::unique_ptr<const HostKeys> reader;
  if (options_.password) {
    const std::string beside = (std::filesystem::path(options_.export_from) / "verifier").string();
    try {
      reader =
          HostKeys::for_reading(*options_.password, options_.verifier_file.empty() ? beside : options_.verifier_file);
    } catch (const std::runtime_error& error) {
      return fail(error.what(), "without a password sealed posts are printed as they are", 3);
    }
  }
  return export_data(options_.export_from, reader.get(), std::cout, std::cerr);
}

// A file in the data folder; empty without one.
std::string Server::in_data(const char* name) const {
  return options_.data.empty() ? std::string() : (std::filesystem::path(options_.data) / name).string();
}

void Server::print_start(const Listener& listener, const TlsContext* tls, const HostKeys* keys, std::size_t places) {
  Address address = listener.address();
  if (options_.bind.empty()) address.ip = "127.0.0.1";
  std::cout << "Listening on " << address.text() << "... (Ctrl-C to stop)\n"
            << "Security mode: "
            << (keys  ? "ENCRYPTED"
                : tls ? "TLS, no password"
                      : "PLAINTEXT")
            << "\n";
  if (keys)
    std::cout << (keys->blind() ? "Blind host: it admits by the verifier and can read nothing that is said\n"
                                : "This host knows the password and can read along; one that cannot: --verifier\n");
  if (tls) std::cout << "Fingerprint: " << tls->fingerprint() << "\n";
  std::cout << (options_.data.empty() ? "Nothing is kept when the host stops: --data DIR keeps what is said\n"
                                      : "What is said is kept in " + options_.data + "\n")
            << "Room for " << places << " clints"
            << (places < options_.max_clients
                    ? ": the limit of open files is " + std::to_string(descriptors_) + " (ulimit -n)\n"
                    : ", a thread for each: --max-clients\n")
            << "Make operators here with /op NAME, or with --operator NAME; /help lists the commands\n";
  if (options_.bind.empty())
    for (const std::string& ip : reachable_addresses())
      std::cout << "Others join with: clint " << Address{ip, address.port}.text() << "\n";
  else
    std::cout << "Others join with: clint " << address.text()
              << (address.is_loopback() ? "  (on this machine)\n" : "\n");
  std::cout << std::flush;
}

void Server::accept_clients(Listener& listener, Services& services) {
  constexpr Clock::duration first_wait = 10ms;
  constexpr Clock::duration last_wait = 1s;
  SpareDescriptor spare;
  Clock::duration wait = first_wait;
  const auto back_off = [&] {
    wait_for(Socket(), Want::hangup, Clock::now() + wait, &services.stop);
    wait = std::min(2 * wait, last_wait);
  };
  while (!stopping_) {
    Socket socket;
    Address peer;
    switch (listener.accept(socket, peer)) {
      case Listener::Outcome::nothing: listener.wait(services.stop, Clock::time_point::max()); continue;
      case Listener::Outcome::transient: back_off(); continue;
      case Listener::Outcome::no_descriptors:
        // The spare one lets the newcomer in just far enough to be told.
        spare.give();
        if (listener.accept(socket, peer) == Listener::Outcome::accepted) {
          services.journal.goodbye(Goodbye::busy, peer.text(), {}, "no descriptor for it");
          turn_away(socket, Goodbye::busy);
          socket.close();
        }
        spare.take();
        back_off();
        continue;
      case Listener::Outcome::accepted: wait = first_wait; break;
    }
    if (const auto refused = services.gate.admit(peer, Clock::now())) {
      services.journal.goodbye(*refused, peer.text(), {});
      if (*refused == Goodbye::too_many)
        if (const auto text = services.gate.turned_away(peer, Clock::now())) services.console.note("! " + *text);
      continue;
    }
    auto ticket = std::make_unique<Ticket>(services.gate, peer);
    // std::function wants what can be copied; the thread is the one that takes it.
    const auto arrived =
        std::make_shared<std::pair<Socket, std::unique_ptr<Ticket>>>(std::move(socket), std::move(ticket));
    if (!services.threads.start(Stack::passing, [&services, arrived] {
          log_in(services, std::move(arrived->first), std::move(arrived->second));
        })) {
      services.journal.goodbye(Goodbye::busy, peer.text(), {}, "no thread for it");
      turn_away(arrived->first, Goodbye::busy);
    }
  }
}

// From the ledger's thread.
void Server::tell_refused(const DurableLedger::Refusal& refusal, Services& services) {
  const std::string lost = refusal.lost.empty() ? "" : " (" + printable(refusal.lost) + ")";
  if (refusal.message == 0) return services.console.note("! not stored" + lost + ": " + refusal.why);
  const auto delivery = services.roster.delivery_of(refusal.session);
  if (delivery && delivery->post(NotStored{refusal.message, clean_text(refusal.why)}.encode()))
    services.courier_of(refusal.session).nudge(delivery);
}

// Asks the housekeeper to join finished threads, or to post what the crowd did in a while.
void Server::house_work(bool crowd) {
  MutexLock lock(mu_);
  (crowd ? crowd_pending_ : threads_finished_) = true;
  work_.notify_one();
}

void Server::keep_house(Services& services) {
  constexpr auto never = Clock::time_point::max();
  constexpr auto tidied_every = 10s;
  auto tick_at = never;
  auto tidy_at = Clock::now() + tidied_every;
  while (true) {
    bool tick = false;
    // Whoever is held from now on has a thread that ends, which is told here.
    const auto expiry = services.roster.next_expiry();
    {
      MutexLock lock(mu_);
      if (crowd_pending_ && tick_at == never) tick_at = Clock::now() + limits::crowd_period;
      const auto until = std::min({tick_at, tidy_at, expiry});
      if (!threads_finished_ && !house_closed_ && Clock::now() < until) work_.wait_until(mu_, until);
      if (house_closed_) return;
      tick = Clock::now() >= tick_at;
      if (tick) crowd_pending_ = false;
      threads_finished_ = false;
    }
    services.threads.join_finished();
    if (tick) {
      tick_at = never;
      services.rooms.tick();
    }
    const auto now = Clock::now();
    for (const auto& gone : services.roster.take_expired(now)) services.say_left(gone.who, gone.name, gone.why);
    if (now < tidy_at) continue;
    tidy_at = now + tidied_every;
    services.rooms.tidy(now);
  }
}

}  // namespace chat
