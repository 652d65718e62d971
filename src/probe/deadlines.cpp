#include "probe/deadlines.hpp"

namespace straycat::probe {

namespace {
constexpr Nanos grain = std::chrono::milliseconds{5};
}

void Deadlines::set(Entry& entry, Stamp deadline) {
  clear(entry);
  entry.deadline_ = deadline;
  entries_.insert(entry);
  // A timer that runs for an earlier deadline is left alone, though that request may have ended: it fires in vain at
  // most once a grain, and most requests never touch the timer.
  if (armed_ == Stamp{} || deadline < armed_ - grain) arm(deadline);
}

void Deadlines::clear(Entry& entry) {
  if (entry.is_linked()) entry.unlink();
}

void Deadlines::arm(Stamp at) {
  armed_ = at + grain;
  timer_.expires_at(std::chrono::steady_clock::time_point(Nanos{armed_.ns}));
  timer_.async_wait([this, alive = alive_](boost::system::error_code error) {
    if (!error && *alive) fire();
  });
}

void Deadlines::fire() {
  armed_ = {};
  const Stamp now = monotonic_now();
  while (!entries_.empty() && entries_.begin()->deadline() <= now) {
    Entry& entry = *entries_.begin();
    entry.unlink();
    entry.on_deadline();
  }
  if (!entries_.empty() && armed_ == Stamp{}) arm(entries_.begin()->deadline());
}

}  // namespace straycat::probe
