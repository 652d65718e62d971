#include "net/multi.hpp"

#include <stdexcept>
#include <utility>

namespace straycat::net {

namespace asio = boost::asio;

Multi::Multi(asio::any_io_executor executor) : executor_(std::move(executor)), timer_(executor_) {
  // Counted by curl and safe from any thread; each call has its cleanup below.
  if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) throw std::runtime_error("libcurl cannot start");
  multi_ = curl_multi_init();
  if (multi_ == nullptr) throw std::runtime_error("libcurl cannot start");
  curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &Multi::on_socket);
  curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &Multi::on_timer);
  curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
  // One connection a stream: a slow reader of one watch must not hold up another's bytes.
  curl_multi_setopt(multi_, CURLMOPT_PIPELINING, CURLPIPE_NOTHING);
}

Multi::~Multi() {
  for (auto& [easy, client] : clients_) curl_multi_remove_handle(multi_, easy);
  curl_multi_cleanup(multi_);  // closes idle connections, and says so through on_socket
  for (auto& [fd, watch] : watches_) watch->socket.release();
  curl_global_cleanup();
}

void Multi::add(CURL* easy, std::weak_ptr<MultiClient> client) {
  clients_[easy] = std::move(client);
  curl_multi_add_handle(multi_, easy);
}

void Multi::remove(CURL* easy) {
  if (clients_.erase(easy) == 0) return;
  std::erase(pending_, easy);
  curl_multi_remove_handle(multi_, easy);
}

int Multi::on_socket(CURL*, curl_socket_t fd, int what, void* self, void*) {
  static_cast<Multi*>(self)->set_watch(fd, what);
  return 0;
}

void Multi::set_watch(curl_socket_t fd, int what) {
  if (what == CURL_POLL_REMOVE) {
    const auto found = watches_.find(fd);
    if (found == watches_.end()) return;
    found->second->socket.release();  // curl owns and closes it; waits under way end with operation_aborted
    watches_.erase(found);
    return;
  }
  auto& watch = watches_[fd];
  if (!watch) watch = std::make_shared<Watch>(executor_, fd);
  watch->wanted = what;
  wait(fd, watch);
}

void Multi::wait(curl_socket_t fd, const std::shared_ptr<Watch>& watch) {
  if ((watch->wanted & CURL_POLL_IN) != 0 && !watch->reading) wait_one(fd, watch, true);
  if ((watch->wanted & CURL_POLL_OUT) != 0 && !watch->writing) wait_one(fd, watch, false);
}

void Multi::wait_one(curl_socket_t fd, const std::shared_ptr<Watch>& watch, bool read) {
  (read ? watch->reading : watch->writing) = true;
  using Descriptor = asio::posix::stream_descriptor;
  watch->socket.async_wait(read ? Descriptor::wait_read : Descriptor::wait_write,
                           [weak = weak_from_this(), watch, fd, read](const boost::system::error_code& error) {
                             (read ? watch->reading : watch->writing) = false;
                             const auto self = weak.lock();
                             if (!self || error == asio::error::operation_aborted) return;
                             // The number may belong to another socket by now.
                             const auto still = [&] {
                               const auto found = self->watches_.find(fd);
                               return found != self->watches_.end() && found->second == watch;
                             };
                             if (!still()) return;
                             if ((watch->wanted & (read ? CURL_POLL_IN : CURL_POLL_OUT)) != 0)
                               self->act(fd, read ? CURL_CSELECT_IN : CURL_CSELECT_OUT);
                             if (still()) self->wait(fd, watch);
                           });
}

int Multi::on_timer(CURLM*, long milliseconds, void* self) {
  auto* multi = static_cast<Multi*>(self);
  multi->timer_.cancel();
  if (milliseconds < 0) return 0;
  // Never act from here, not even for 0 ms: curl forbids calls into itself from its callbacks.
  multi->timer_.expires_after(std::chrono::milliseconds{milliseconds});
  multi->timer_.async_wait([weak = multi->weak_from_this()](const boost::system::error_code& error) {
    if (const auto kept = weak.lock(); kept && !error) kept->act(CURL_SOCKET_TIMEOUT, 0);
  });
  return 0;
}

void Multi::act(curl_socket_t fd, int events) {
  const auto keep = shared_from_this();  // a finished transfer may have held the last reference
  int running = 0;
  curl_multi_socket_action(multi_, fd, events, &running);
  hand_on();
  int left = 0;
  while (CURLMsg* message = curl_multi_info_read(multi_, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    CURL* easy = message->easy_handle;
    const CURLcode code = message->data.result;  // read before remove: the message dies with the handle
    const auto found = clients_.find(easy);
    const auto client = found == clients_.end() ? nullptr : found->second.lock();
    remove(easy);
    if (client) client->finished(code);
  }
}

void Multi::hand_on() {
  while (!pending_.empty()) {
    for (CURL* easy : std::exchange(pending_, {})) {
      const auto found = clients_.find(easy);
      if (found == clients_.end()) continue;
      if (const auto client = found->second.lock()) client->deliver();
    }
  }
}

}  // namespace straycat::net
