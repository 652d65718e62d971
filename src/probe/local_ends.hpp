// From which local address and port the next connection is to leave.
//
// A connection that we close first keeps its port for a minute (TIME_WAIT), towards this destination. The kernel's own
// choice is good while few ports rest so; with half of the range resting each connect() searches for milliseconds, and
// no errno tells. From there on ports are taken in turn here. A port that we name ourselves the kernel gives us out of
// TIME_WAIT, too, where both sides send TCP timestamps, whatever tcp_tw_reuse says (tcp_twsk_unique() without twp);
// where it does not, the host's other addresses join in, if it has any.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "probe/port_ring.hpp"
#include <straycat/probe/engine.hpp>

namespace straycat::probe {

// What this network namespace says of its ports.
struct PortFacts {
  PortRange range{32768, 60999};
  std::string reserved{};
  int tw_reuse = 2;        // 0 never, 1 always, 2 on the loopback: a port in TIME_WAIT is taken again after a second
  bool timestamps = true;  // without them the kernel does not do that
};
[[nodiscard]] PortFacts port_facts();
// How long a port rests towards that address.
[[nodiscard]] Nanos rest_of(const PortFacts& facts, const std::string& remote);
// Further addresses of this host that reach what `source` reaches: of the same interface and network. On the loopback
// 127.0.0.2 and its next.
[[nodiscard]] std::vector<std::string> siblings_of(const std::string& source);

// The local ends of connections to one address and port.
class LocalEnds {
 public:
  LocalEnds(const EngineOptions& options, PortFacts facts, Dial remote);

  // "" and 0 are the kernel's to choose.
  [[nodiscard]] Dial next(Stamp now);
  // A connection that stood was closed by us first.
  void closed(const Dial& local, Stamp now) { ring_of(local.address).used(local.port, now); }
  // The kernel would not have this end of our choice.
  void refused(const Dial& local, int error, Stamp now);
  // connect() searched long for a port, among others' TIME_WAITs perhaps; or found one at once. Two long searches among
  // those looked at, one after the other, are no chance any more.
  void searched() { own_ports_ = own_ports_ || (may_choose_ && ++searches_ > 1); }
  void found_at_once() { searches_ = 0; }

 private:
  PortRing& ring_of(const std::string& address);
  [[nodiscard]] bool crowded(Stamp now);
  [[nodiscard]] Dial next_of_ours(Stamp now);
  void widen();

  PortFacts facts_;
  Dial remote_;
  bool may_choose_, may_widen_;
  bool own_ports_ = false;
  int searches_ = 0;
  bool takes_resting_;  // ports that rest are given to us again
  Nanos rest_;
  std::size_t turn_ = 0;
  std::vector<std::string> sources_;  // empty: the kernel's choice
  std::vector<std::pair<std::string, std::unique_ptr<PortRing>>> rings_;
};

// Watches what connect() costs the processor: a call that keeps it this long is looking for a free port among
// TIME_WAITs, and no errno ever shows that (3 - 4 ms each were measured on a table of 14,000). One in eight is looked
// at, for the looking costs a system call itself.
class ConnectWatch {
 public:
  void before(std::shared_ptr<LocalEnds> ends, const EngineHealth& health);
  void after(EngineHealth& health);

 private:
  std::shared_ptr<LocalEnds> ends_;  // null: this one is not looked at
  std::int64_t began_ns_ = 0;
};

// Of all destinations of an engine; those used least lately are forgotten beyond a bound.
class LocalEndsBook {
 public:
  explicit LocalEndsBook(const EngineOptions& options) : options_(options) {}
  [[nodiscard]] std::shared_ptr<LocalEnds> towards(const Dial& remote);

 private:
  const EngineOptions& options_;
  PortFacts facts_ = port_facts();
  std::vector<std::pair<Dial, std::shared_ptr<LocalEnds>>> known_;  // the last used one first
};

}  // namespace straycat::probe
