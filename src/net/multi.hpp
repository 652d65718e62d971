// libcurl's multi interface driven by Asio: curl says which sockets and which timer it waits for, Asio waits.
// Private to `net`.
#pragma once

#include <curl/curl.h>
#include <functional>
#include <memory>
#include <unordered_map>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

namespace straycat::net {

// One easy handle in flight, as the multi sees it. `deliver` hands on what curl's callbacks collected, and `finished`
// is called once at the end; both run outside curl's own calls, so that they may start and end transfers.
struct MultiClient {
  virtual ~MultiClient() = default;
  virtual void deliver() = 0;
  virtual void finished(CURLcode code) = 0;
};

class Multi : public std::enable_shared_from_this<Multi> {
 public:
  explicit Multi(boost::asio::any_io_executor executor);
  ~Multi();
  Multi(const Multi&) = delete;
  Multi& operator=(const Multi&) = delete;

  [[nodiscard]] const boost::asio::any_io_executor& executor() const { return executor_; }
  void add(CURL* easy, std::weak_ptr<MultiClient> client);
  void remove(CURL* easy);
  // Called from within curl's callbacks: `easy` has something to deliver when curl has returned.
  void has_data(CURL* easy) { pending_.push_back(easy); }

 private:
  struct Watch {
    explicit Watch(const boost::asio::any_io_executor& executor, curl_socket_t fd) : socket(executor, fd) {}
    boost::asio::posix::stream_descriptor socket;
    int wanted = 0;                         // CURL_POLL_IN | CURL_POLL_OUT
    bool reading = false, writing = false;  // a wait is under way
  };

  static int on_socket(CURL*, curl_socket_t fd, int what, void* self, void*);
  static int on_timer(CURLM*, long milliseconds, void* self);
  void set_watch(curl_socket_t fd, int what);
  void wait(curl_socket_t fd, const std::shared_ptr<Watch>& watch);
  void wait_one(curl_socket_t fd, const std::shared_ptr<Watch>& watch, bool read);
  void act(curl_socket_t fd, int events);
  void hand_on();

  boost::asio::any_io_executor executor_;
  boost::asio::steady_timer timer_;
  CURLM* multi_ = nullptr;
  std::unordered_map<curl_socket_t, std::shared_ptr<Watch>> watches_;
  std::unordered_map<CURL*, std::weak_ptr<MultiClient>> clients_;
  std::vector<CURL*> pending_;
};

}  // namespace straycat::net
