#include "probe/local_ends.hpp"

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <fstream>
#include <ifaddrs.h>
#include <sstream>

#include "probe/sockets.hpp"

namespace straycat::probe {

namespace {

constexpr std::size_t most_destinations = 64;
constexpr int most_siblings = 31;
constexpr Nanos time_wait = std::chrono::seconds{61};  // TCP_TIMEWAIT_LEN, which no setting changes, and its timer

constexpr std::int64_t slow_connect_ns = 1'000'000;

std::int64_t processor_ns() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return time.tv_sec * 1'000'000'000ll + time.tv_nsec;
}

std::string setting(const std::string& name) {
  std::ifstream file("/proc/sys/net/ipv4/" + name);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

bool is_loopback(const std::string& address) { return address.starts_with("127.") || address == "::1"; }

std::string text_of(const sockaddr* address) {
  sockaddr_storage copy{};
  if (address == nullptr) return {};
  if (address->sa_family == AF_INET) {
    std::copy_n(reinterpret_cast<const char*>(address), sizeof(sockaddr_in), reinterpret_cast<char*>(&copy));
  } else if (address->sa_family == AF_INET6) {
    std::copy_n(reinterpret_cast<const char*>(address), sizeof(sockaddr_in6), reinterpret_cast<char*>(&copy));
  } else {
    return {};
  }
  return from_sockaddr(copy).address;
}

std::vector<std::string> loopback_siblings(const std::string& source) {
  std::vector<std::string> out;
  for (int last = 1; last <= most_siblings + 1 && source.starts_with("127."); ++last) {
    const std::string address = "127.0.0." + std::to_string(last);
    if (address != source) out.push_back(address);
  }
  return out;
}

}  // namespace

PortFacts port_facts() {
  PortFacts facts;
  std::uint32_t low = 0, high = 0;
  if (std::istringstream(setting("ip_local_port_range")) >> low >> high; low > 0 && low <= high && high <= 65535)
    facts.range = {static_cast<std::uint16_t>(low), static_cast<std::uint16_t>(high)};
  facts.reserved = setting("ip_local_reserved_ports");
  if (const std::string reuse = setting("tcp_tw_reuse"); !reuse.empty()) facts.tw_reuse = reuse.front() - '0';
  facts.timestamps = !setting("tcp_timestamps").starts_with('0');
  return facts;
}

Nanos rest_of(const PortFacts& facts, const std::string& remote) {
  const bool taken_again = facts.tw_reuse == 1 || (facts.tw_reuse == 2 && is_loopback(remote));
  // The kernel counts whole seconds: more than one must have passed.
  return taken_again && facts.timestamps ? std::chrono::seconds{2} : time_wait;
}

std::vector<std::string> siblings_of(const std::string& source) {
  if (is_loopback(source)) return loopback_siblings(source);
  ifaddrs* list = nullptr;
  if (::getifaddrs(&list) != 0) return {};
  std::string interface, mask;
  for (const ifaddrs* one = list; one != nullptr; one = one->ifa_next)
    if (text_of(one->ifa_addr) == source) interface = one->ifa_name, mask = text_of(one->ifa_netmask);
  std::vector<std::string> out;
  for (const ifaddrs* one = list; one != nullptr && out.size() < most_siblings; one = one->ifa_next) {
    const std::string address = text_of(one->ifa_addr);
    const bool same_family = (address.find(':') == address.npos) == (source.find(':') == source.npos);
    if (!address.empty() && address != source && same_family && one->ifa_name == interface &&
        text_of(one->ifa_netmask) == mask && !address.starts_with("fe80:"))
      out.push_back(address);
  }
  ::freeifaddrs(list);
  return out;
}

LocalEnds::LocalEnds(const EngineOptions& options, PortFacts facts, Dial remote)
    : facts_(std::move(facts)),
      remote_(std::move(remote)),
      may_choose_(options.ports == EngineOptions::Ports::fitting),
      may_widen_(options.source_addresses.empty()),
      takes_resting_(facts_.timestamps),
      rest_(rest_of(facts_, remote_.address)) {
  if (options.port_range) facts_.range = *options.port_range;
  for (const std::string& source : options.source_addresses)
    if ((source.find(':') == source.npos) == (remote_.address.find(':') == remote_.address.npos))
      sources_.push_back(source);
}

PortRing& LocalEnds::ring_of(const std::string& address) {
  const auto found = std::find_if(rings_.begin(), rings_.end(), [&](const auto& one) { return one.first == address; });
  if (found != rings_.end()) return *found->second;
  rings_.emplace_back(address, std::make_unique<PortRing>(facts_.range, rest_, facts_.reserved));
  return *rings_.back().second;
}

// Where the kernel takes a port out of TIME_WAIT after a second by itself, its choice stays cheap; where it does not,
// connect() shows it.
bool LocalEnds::crowded(Stamp now) {
  if (rest_ < time_wait) return false;
  return std::any_of(rings_.begin(), rings_.end(), [now](auto& one) { return one.second->crowded(now); });
}

Dial LocalEnds::next(Stamp now) {
  if (may_choose_ && !own_ports_) own_ports_ = crowded(now);
  if (own_ports_) return next_of_ours(now);
  return {sources_.empty() ? "" : sources_[turn_++ % sources_.size()], 0};
}

Dial LocalEnds::next_of_ours(Stamp now) {
  if (sources_.empty()) sources_.push_back(source_for(remote_));
  do {
    for (std::size_t i = 0; i < sources_.size(); ++i) {
      const std::string& source = sources_[turn_++ % sources_.size()];
      if (const auto port = ring_of(source).next(now)) return {source, *port};
    }
    if (takes_resting_ || !may_widen_) break;
    widen();
  } while (true);
  const std::string& source = sources_[turn_++ % sources_.size()];
  return {source, ring_of(source).any()};
}

// EADDRINUSE is another program's socket; EADDRNOTAVAIL that TIME_WAIT holds the port, or a connection that is in use.
void LocalEnds::refused(const Dial& local, int error, Stamp now) {
  const bool rested = ring_of(local.address).refused(local.port, now);
  if (rested && error == EADDRNOTAVAIL) takes_resting_ = false;
}

void LocalEnds::widen() {
  may_widen_ = false;
  for (std::string& sibling : siblings_of(sources_.front())) sources_.push_back(std::move(sibling));
}

void ConnectWatch::before(std::shared_ptr<LocalEnds> ends, const EngineHealth& health) {
  if (health.attempts % 8 != 0) return ends_.reset();
  ends_ = std::move(ends);
  began_ns_ = processor_ns();
}

void ConnectWatch::after(EngineHealth& health) {
  if (!ends_) return;
  ++health.watched_connects;
  if (processor_ns() - began_ns_ > slow_connect_ns) {
    ++health.slow_connects;
    ends_->searched();
  } else {
    ends_->found_at_once();
  }
  ends_.reset();
}

std::shared_ptr<LocalEnds> LocalEndsBook::towards(const Dial& remote) {
  if (!known_.empty() && known_.front().first == remote) return known_.front().second;
  auto found = std::find_if(known_.begin(), known_.end(), [&](const auto& one) { return one.first == remote; });
  if (found == known_.end()) {
    if (known_.size() >= most_destinations) known_.pop_back();
    found = known_.emplace(known_.end(), remote, std::make_shared<LocalEnds>(options_, facts_, remote));
  }
  std::rotate(known_.begin(), found, found + 1);
  return known_.front().second;
}

}  // namespace straycat::probe
