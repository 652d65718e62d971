// One request of the fast engine: name -> connect -> send -> read -> judged.
#pragma once

#include <memory>
#include <random>
#include <sys/socket.h>
#include <vector>

#include "probe/answer.hpp"
#include "probe/deadlines.hpp"
#include "probe/failures.hpp"
#include "probe/local_ends.hpp"
#include "probe/poller.hpp"
#include "probe/resolver.hpp"
#include <straycat/probe/engine.hpp>

namespace straycat::probe {

class FastOp;

// What all requests of an engine share.
struct FastShared {
  FastShared(const boost::asio::any_io_executor& executor, EngineOptions engine_options)
      : options(std::move(engine_options)),
        poller(executor),
        deadlines(executor),
        resolver(executor),
        ends(options),
        random(options.seed),
        scratch(64u << 10) {}

  EngineOptions options;
  Poller poller;
  Deadlines deadlines;
  Resolver resolver;
  LocalEndsBook ends;
  ConnectWatch watch;
  std::mt19937_64 random;
  std::vector<char> scratch;  // every read goes through here: a request in flight needs no buffer of its own
  EngineHealth health;
  LastBody last_body;
  std::function<void(FastOp&)> ended;
};

class FastOp final : public Poller::Watched, public Deadlines::Entry, public std::enable_shared_from_this<FastOp> {
 public:
  FastOp(FastShared& shared, std::shared_ptr<const Prepared> request, Stamp intended, Engine::Done done);
  ~FastOp() override;

  void begin();
  [[nodiscard]] const Attempt& attempt() const { return attempt_; }
  // Once, after `ended`.
  void report() { done_(attempt_); }

  std::size_t slot = 0;  // its place in the engine's list

 private:
  enum class State { naming, connecting, sending, reading, over };

  void on_ready(std::uint32_t events) override;
  void on_deadline() override;

  void find_address();
  void choose_from(const std::vector<std::string>& addresses);
  void connect_next(Failure last);
  void connect(const Dial& dial, const sockaddr_storage& to, socklen_t size);
  [[nodiscard]] int connect_from(const Dial& from, const sockaddr_storage& to, socklen_t size);
  void on_connect_result(bool failed);
  void connected();
  void limit(Stamp at);
  void send_some();
  void read_some(bool hangup);
  void take(std::string_view bytes);
  void at_end();
  void judge();
  void fail(Failure failure);
  void local_failure(int error);
  void finish();
  void note_addresses();
  [[nodiscard]] Nanos age() const;
  [[nodiscard]] Stamp deadline_after(Nanos limit) const;
  [[nodiscard]] Peer peer() const;

  FastShared& shared_;
  std::shared_ptr<const Prepared> request_;
  Engine::Done done_;
  State state_ = State::naming;
  int socket_ = -1;
  bool seen_readable_ = false;  // an edge for reading came before we read
  bool peer_closed_ = false;    // first, or reset the connection
  std::size_t sent_ = 0;
  Stamp limit_;                   // 0: the deadline that is set is right
  std::vector<Dial> candidates_;  // addresses not yet tried, last first
  std::shared_ptr<LocalEnds> ends_;
  Attempt attempt_;
  std::unique_ptr<Answer> answer_;
};

}  // namespace straycat::probe
