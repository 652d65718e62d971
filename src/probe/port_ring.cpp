#include "probe/port_ring.hpp"

#include <algorithm>
#include <charconv>

namespace straycat::probe {

namespace {

constexpr std::uint32_t most_looked_at = 64;

std::optional<std::uint16_t> port_in(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return port;
}

}  // namespace

std::vector<PortRange> parse_port_ranges(std::string_view text) {
  std::vector<PortRange> ranges;
  while (!text.empty()) {
    std::string_view word = text.substr(0, text.find(','));
    text.remove_prefix(std::min(text.size(), word.size() + 1));
    while (!word.empty() && (word.back() == '\n' || word.back() == ' ')) word.remove_suffix(1);
    const auto dash = word.find('-');
    const auto low = port_in(word.substr(0, dash));
    const auto high = dash == word.npos ? low : port_in(word.substr(dash + 1));
    if (low && high && *low <= *high) ranges.push_back({*low, *high});
  }
  return ranges;
}

PortRing::PortRing(PortRange range, Nanos rest, std::string_view reserved)
    : low_(range.low),
      size_(static_cast<std::uint32_t>(range.high - range.low) + 1),
      rest_(static_cast<Tick>(std::clamp<std::int64_t>(rest / std::chrono::milliseconds{100}, 1, 620))),
      reserved_(parse_port_ranges(reserved)) {
  ended_.fill(0);
}

void PortRing::advance(Tick now) {
  if (seen_ == 0) seen_ = now;
  // What began to rest `rest_` ticks before a tick does so no more from that tick on.
  for (std::uint32_t steps = 0; seen_ < now && steps < ended_.size(); ++steps) {
    ++seen_;
    if (seen_ < rest_) continue;
    std::uint32_t& over = ended_[(seen_ - rest_) % ended_.size()];
    resting_ -= over;
    over = 0;
  }
  seen_ = std::max(seen_, now);
}

bool PortRing::rests(std::uint32_t index, Tick now) const {
  const Tick used = used_[index];
  return used == reserved_for_ever || (used != 0 && used + rest_ > now);
}

void PortRing::prepare() {
  if (!used_.empty()) return;
  used_.assign(size_, 0);
  origins_.assign(size_, Origin::none);
  for (const PortRange& range : reserved_)
    for (std::uint32_t one = range.low; one <= range.high; ++one)
      if (one >= low_ && one - low_ < size_) used_[one - low_] = reserved_for_ever;
}

void PortRing::used(std::uint16_t port, Stamp now) {
  if (port < low_ || port - low_ >= static_cast<int>(size_)) return;
  prepare();
  Origin& origin = origins_[port - low_];
  origin = origin == Origin::handed_out ? Origin::ours : Origin::kernels;
  const Tick at = tick(now);
  advance(at);
  Tick& last = used_[port - low_];
  if (last == reserved_for_ever || last == at) return;
  if (rests(port - low_, at)) {
    --ended_[last % ended_.size()];
    --resting_;
  }
  last = at;
  ++ended_[at % ended_.size()];
  ++resting_;
}

std::optional<std::uint16_t> PortRing::next(Stamp now) {
  skip_reserved();
  // The ports in turn are nearly in the order of their last use: where some rest, those behind them do so, too.
  for (std::uint32_t looked_at = 0; looked_at < most_looked_at; ++looked_at) {
    const std::uint32_t index = (turn_ + looked_at) % size_;
    if (rests(index, tick(now))) continue;
    turn_ = index;
    return hand_out();
  }
  return std::nullopt;
}

std::uint16_t PortRing::any() {
  skip_reserved();
  for (std::uint32_t i = 0; i < size_ && origins_[turn_] == Origin::kernels; ++i) turn_ = (turn_ + 1) % size_;
  return hand_out();
}

std::uint16_t PortRing::hand_out() {
  const std::uint32_t index = turn_;
  turn_ = (turn_ + 1) % size_;
  origins_[index] = Origin::handed_out;
  return static_cast<std::uint16_t>(low_ + index);
}

void PortRing::skip_reserved() {
  prepare();
  for (std::uint32_t i = 0; i < size_ && used_[turn_] == reserved_for_ever; ++i) turn_ = (turn_ + 1) % size_;
}

bool PortRing::refused(std::uint16_t port, Stamp now) {
  if (port < low_ || port - low_ >= static_cast<int>(size_)) return false;
  prepare();
  if (rests(static_cast<std::uint32_t>(port - low_), tick(now))) return true;
  used(port, now);
  return false;
}

std::uint32_t PortRing::resting(Stamp now) {
  advance(tick(now));
  return resting_;
}

}  // namespace straycat::probe
