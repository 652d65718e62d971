#include "cluster/node/log_book.hpp"

#include <boost/asio/post.hpp>

namespace straycat::cluster {

LogBook::LogBook(boost::asio::any_io_executor executor, std::size_t cap) : executor_(std::move(executor)), cap_(cap) {}

void LogBook::append(Stream stream, std::string_view bytes, std::int64_t wall_ns) {
  std::string& pending = pending_[static_cast<int>(stream)];
  for (std::size_t end = bytes.find('\n'); end != std::string_view::npos; end = bytes.find('\n')) {
    pending.append(bytes.substr(0, end));
    bytes.remove_prefix(end + 1);
    keep(std::exchange(pending, {}), wall_ns);
  }
  pending.append(bytes);
  if (pending.size() > longest_line) keep(std::exchange(pending, {}), wall_ns);
}

void LogBook::keep(std::string text, std::int64_t wall_ns) {
  bytes_ += text.size() + sizeof(LogLine);
  lines_.push_back({wall_ns, std::move(text)});
  // A follower may end its subscription, or another's, from within its callback.
  for (std::size_t i = 0; i < followers_.size(); ++i) {
    if (const auto follower = followers_[i].lock()) follower->on_line(lines_.back());
  }
  std::erase_if(followers_, [](const auto& follower) { return follower.expired(); });
  while (bytes_ > cap_ && lines_.size() > 1) {
    bytes_ -= lines_.front().text.size() + sizeof(LogLine);
    lines_.pop_front();
  }
}

void LogBook::close(std::int64_t wall_ns) {
  if (std::exchange(closed_, true)) return;
  for (std::string& pending : pending_) {
    if (!pending.empty()) keep(std::exchange(pending, {}), wall_ns);
  }
  for (const auto& weak : std::exchange(followers_, {})) {
    if (const auto follower = weak.lock()) tell_end(follower);
  }
}

void LogBook::tell_end(const std::shared_ptr<Follower>& follower) {
  boost::asio::post(executor_, [weak = std::weak_ptr<Follower>(follower)] {
    if (const auto alive = weak.lock()) alive->on_end();
  });
}

Subscription LogBook::follow(std::function<void(const LogLine&)> on_line, std::function<void()> on_end) {
  auto follower = std::make_shared<Follower>(Follower{std::move(on_line), std::move(on_end)});
  if (closed_) {
    tell_end(follower);
  } else {
    followers_.push_back(follower);
  }
  return Subscription(std::move(follower));
}

}  // namespace straycat::cluster
