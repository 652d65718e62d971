#include "agent/direct_plan.hpp"

#include <algorithm>
#include <limits>

namespace straycat::agent {

namespace {
constexpr Stamp never_due{std::numeric_limits<std::int64_t>::max()};
}

DirectPlan::DirectPlan(DirectSettings settings, Stamp begin)
    : settings_(settings), tokens_(settings.most_at_once), refilled_(begin), last_failure_(begin - settings.quiet) {}

void DirectPlan::set_endpoints(const std::vector<model::Listed>& endpoints, Stamp now) {
  std::map<Key, const model::Listed*> listed;
  for (const model::Listed& endpoint : endpoints) listed[{endpoint.id.address, endpoint.id.port}] = &endpoint;
  for (auto& [key, seat] : seats_) {
    if (listed.contains(key) || !seat.listed) continue;
    seat.wanted = serves(seat) ? std::optional(ProbeReason::left) : std::nullopt;
    seat.listed = false;
  }
  for (const auto& [key, endpoint] : listed) {
    const auto [place, is_new] = seats_.try_emplace(key);
    Seat& seat = place->second;
    const bool same = !is_new && seat.listed && seat.endpoint.id.uid == endpoint->id.uid;
    const bool was_routable = same && seat.endpoint.routable;
    const bool served = same && serves(seat);
    seat.endpoint = *endpoint;
    seat.listed = true;
    if (!served && serves(seat)) seat.periodic = now + settings_.interval;
    if (endpoint->routable && !was_routable) {
      seat.wanted = ProbeReason::joined;
    } else if ((was_routable && !endpoint->routable) || (served && !serves(seat))) {
      seat.wanted = ProbeReason::left;
    }
  }
  std::erase_if(seats_, [](const auto& entry) {
    return !entry.second.listed && !entry.second.under_way && !entry.second.wanted;
  });
}

void DirectPlan::traffic_failed(Stamp now) {
  const bool begins = now - last_failure_ >= settings_.quiet;
  last_failure_ = now;
  if (!begins) return;
  for (auto& [key, seat] : seats_) {
    if (serves(seat)) seat.wanted = ProbeReason::failure;
  }
}

void DirectPlan::refill(Stamp now) {
  const double seconds = std::chrono::duration<double>(now - refilled_).count();
  tokens_ = std::min(settings_.most_at_once, tokens_ + seconds * settings_.most_per_second);
  refilled_ = now;
}

bool DirectPlan::take_token() {
  if (tokens_ < 1) return false;
  tokens_ -= 1;
  return true;
}

std::vector<DirectPlan::Order> DirectPlan::take_due(Stamp now) {
  refill(now);
  std::vector<Order> orders;
  collect(now, true, orders);
  collect(now, false, orders);
  return orders;
}

void DirectPlan::collect(Stamp now, bool urgent, std::vector<Order>& orders) {
  for (auto& [key, seat] : seats_) {
    const bool due = urgent ? seat.wanted.has_value() : is_periodic(seat) && seat.periodic <= now;
    if (!due || seat.under_way || !take_token()) continue;
    orders.push_back({seat.endpoint.id, urgent ? *seat.wanted : ProbeReason::periodic});
    seat.wanted.reset();
    seat.under_way = true;
    seat.periodic = now + settings_.interval;
  }
}

Stamp DirectPlan::next_due(Stamp now) const {
  Stamp next = never_due;
  for (const auto& [key, seat] : seats_) {
    if (seat.under_way) continue;
    if (seat.wanted) next = std::min(next, now);
    if (is_periodic(seat)) next = std::min(next, seat.periodic);
  }
  if (next == never_due || tokens_ >= 1) return next;
  const auto until_token = Nanos{static_cast<std::int64_t>((1 - tokens_) / settings_.most_per_second * 1e9) + 1};
  return std::max(next, refilled_ + until_token);
}

bool DirectPlan::ended(const Order& order) {
  const auto seat = seats_.find({order.endpoint.address, order.endpoint.port});
  if (seat == seats_.end()) return false;
  seat->second.under_way = false;
  const bool kept = seat->second.listed && seat->second.endpoint.id.uid == order.endpoint.uid;
  if (!seat->second.listed && !seat->second.wanted) seats_.erase(seat);
  return kept;
}

}  // namespace straycat::agent
