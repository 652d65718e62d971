#include "probe/resolver.hpp"

#include <arpa/inet.h>
#include <cerrno>
#include <cstring>
#include <mutex>
#include <netdb.h>
#include <system_error>
#include <thread>

#include <boost/asio/post.hpp>

namespace straycat::probe {

// What a lookup's thread may touch; it may outlive the resolver.
struct Resolver::Shared {
  std::mutex mutex;
  Resolver* owner = nullptr;  // null: nobody waits any more
  boost::asio::any_io_executor executor;
};

namespace {

constexpr std::size_t most_known = 256;

Names look_up(const std::string& host) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  errno = 0;
  const int error = ::getaddrinfo(host.c_str(), nullptr, &hints, &list);
  Names names;
  if (error == EAI_SYSTEM) names.error = errno;
  const bool no_such_name = error == 0 || error == EAI_NONAME || error == EAI_NODATA;
  if (!no_such_name) names.reason = error == EAI_SYSTEM ? std::strerror(names.error) : ::gai_strerror(error);
  for (const addrinfo* entry = list; error == 0 && entry != nullptr; entry = entry->ai_next) {
    char text[NI_MAXHOST];
    if (::getnameinfo(entry->ai_addr, entry->ai_addrlen, text, sizeof text, nullptr, 0, NI_NUMERICHOST) == 0) {
      names.addresses.emplace_back(text);
    }
  }
  if (list != nullptr) ::freeaddrinfo(list);
  names.at = monotonic_now();
  return names;
}

}  // namespace

bool is_numeric_address(const std::string& host) {
  in6_addr buffer{};
  return ::inet_pton(AF_INET, host.c_str(), &buffer) == 1 || ::inet_pton(AF_INET6, host.c_str(), &buffer) == 1;
}

Resolver::Resolver(boost::asio::any_io_executor executor) : shared_(std::make_shared<Shared>()) {
  shared_->owner = this;
  shared_->executor = std::move(executor);
}

Resolver::~Resolver() {
  const std::lock_guard lock(shared_->mutex);
  shared_->owner = nullptr;
  shared_->executor = {};
}

void Resolver::resolve(const std::string& host, Nanos max_age, Found found) {
  if (is_numeric_address(host)) return found({{host}, 0, {}, monotonic_now()});
  const auto known = known_.find(host);
  if (known != known_.end() && monotonic_now() - known->second.at < max_age) return found(known->second);
  std::vector<Found>& waiting = waiting_[host];
  waiting.push_back(std::move(found));
  if (waiting.size() > 1) return;
  const auto work = [shared = shared_, host] {
    Names names = look_up(host);
    const std::lock_guard lock(shared->mutex);
    if (shared->owner == nullptr) return;
    boost::asio::post(shared->executor, [shared, host, names = std::move(names)]() mutable {
      if (shared->owner != nullptr) shared->owner->answer(host, std::move(names));
    });
  };
  try {
    std::thread(work).detach();
  } catch (const std::system_error& error) {  // no thread to be had: the prober's own limit
    boost::asio::post(shared_->executor, [shared = shared_, host] {
      if (shared->owner != nullptr) shared->owner->answer(host, {{}, ENOMEM, {}, monotonic_now()});
    });
  }
}

void Resolver::answer(const std::string& host, Names names) {
  const auto waiting = waiting_.extract(host);
  if (known_.size() >= most_known) known_.clear();
  if (names.addresses.empty()) {
    known_.erase(host);
  } else {
    known_[host] = names;
  }
  if (waiting.empty()) return;
  for (const Found& found : waiting.mapped()) found(names);
}

}  // namespace straycat::probe
