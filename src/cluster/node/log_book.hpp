// What one container instance has written, kept in memory: line by line with the time of arrival, the oldest forgotten
// when it grows over a cap (kubelet keeps five files of 10 MiB). Followers get every line, whatever is forgotten
// meanwhile.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/any_io_executor.hpp>

#include "cluster/store/pod_logs.hpp"

namespace straycat::cluster {

class LogBook {
 public:
  enum class Stream { out, err };
  static constexpr std::size_t default_cap = 50u << 20;
  // A line longer than this is cut (containerd cuts at 16 KiB and marks the pieces; readers join them again).
  static constexpr std::size_t longest_line = 1u << 20;

  explicit LogBook(boost::asio::any_io_executor executor, std::size_t cap = default_cap);

  // Bytes as they came: complete lines are kept under this time, the rest waits for its newline.
  void append(Stream stream, std::string_view bytes, std::int64_t wall_ns);
  // No more will come: what waited is a line, followers hear of the end.
  void close(std::int64_t wall_ns);

  [[nodiscard]] std::vector<LogLine> read() const { return {lines_.begin(), lines_.end()}; }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  [[nodiscard]] Subscription follow(std::function<void(const LogLine&)> on_line, std::function<void()> on_end);

 private:
  struct Follower {
    std::function<void(const LogLine&)> on_line;
    std::function<void()> on_end;
  };
  void keep(std::string text, std::int64_t wall_ns);
  void tell_end(const std::shared_ptr<Follower>& follower);

  boost::asio::any_io_executor executor_;
  std::size_t cap_, bytes_ = 0;
  std::deque<LogLine> lines_;
  std::string pending_[2];
  bool closed_ = false;
  std::vector<std::weak_ptr<Follower>> followers_;
};

}  // namespace straycat::cluster
