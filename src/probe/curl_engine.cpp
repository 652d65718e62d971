#include <sys/epoll.h>
#include <unordered_map>

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "probe/curl_op.hpp"
#include "probe/poller.hpp"
#include <straycat/probe/engine.hpp>

namespace straycat::probe {

namespace {

class CurlEngine;

struct CurlSocket final : Poller::Watched {
  CurlSocket(CurlEngine& owner, curl_socket_t descriptor) : engine(owner), socket(descriptor) {}
  void on_ready(std::uint32_t events) override;

  CurlEngine& engine;
  curl_socket_t socket;
};

std::uint32_t epoll_events(int what) {
  std::uint32_t events = 0;
  if (what == CURL_POLL_IN || what == CURL_POLL_INOUT) events |= EPOLLIN;
  if (what == CURL_POLL_OUT || what == CURL_POLL_INOUT) events |= EPOLLOUT;
  return events;
}

int curl_events(std::uint32_t events) {
  int mask = 0;
  if (events & EPOLLIN) mask |= CURL_CSELECT_IN;
  if (events & EPOLLOUT) mask |= CURL_CSELECT_OUT;
  if (events & (EPOLLERR | EPOLLHUP)) mask |= CURL_CSELECT_ERR;
  return mask;
}

// One multi handle under the poller (level-triggered: libcurl says itself what it waits for).
class CurlEngine final : public Engine {
 public:
  CurlEngine(const boost::asio::any_io_executor& executor, EngineOptions options)
      : executor_(executor),
        shared_(std::move(options)),
        poller_(executor),
        timer_(executor),
        deadlines_(executor),
        alive_(std::make_shared<bool>(true)) {
    static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
    static_cast<void>(ready);
    shared_.random.seed(shared_.options.seed);
    shared_.expired = [this](CurlOp& op) { on_deadline(op); };
    multi_.reset(curl_multi_init());
    curl_multi_setopt(multi_.get(), CURLMOPT_SOCKETFUNCTION, &CurlEngine::on_socket);
    curl_multi_setopt(multi_.get(), CURLMOPT_SOCKETDATA, this);
    curl_multi_setopt(multi_.get(), CURLMOPT_TIMERFUNCTION, &CurlEngine::on_timer);
    curl_multi_setopt(multi_.get(), CURLMOPT_TIMERDATA, this);
  }

  ~CurlEngine() override {
    *alive_ = false;
    for (const auto& [easy, op] : ops_) curl_multi_remove_handle(multi_.get(), easy);
  }

  Stamp start(std::shared_ptr<const Prepared> request, Stamp intended, Done done) override {
    ++shared_.health.attempts;
    auto op = std::make_unique<CurlOp>(shared_, std::move(request), intended, std::move(done));
    if (op->next_limit() != Stamp{}) deadlines_.set(*op, op->next_limit());
    const Stamp started = op->attempt().started;
    CURL* easy = op->handle();
    ops_.emplace(easy, std::move(op));
    if (curl_multi_add_handle(multi_.get(), easy) == CURLM_OK) return started;
    boost::asio::post(executor_, [this, alive = alive_, easy] {
      if (*alive) finish(easy, CURLE_OUT_OF_MEMORY);
    });
    return started;
  }

  [[nodiscard]] std::size_t in_flight() const override { return ops_.size(); }
  [[nodiscard]] EngineHealth take_health() override { return std::exchange(shared_.health, {}); }

  void act(curl_socket_t socket, int events) {
    int running = 0;
    curl_multi_socket_action(multi_.get(), socket, events, &running);
    report_ended();
  }

 private:
  struct FreeMulti {
    void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
  };

  static int on_socket(CURL*, curl_socket_t socket, int what, void* self, void*) {
    auto* engine = static_cast<CurlEngine*>(self);
    engine->shared_.watch.after(engine->shared_.health);  // the first thing libcurl does after connect()
    if (what == CURL_POLL_REMOVE) {
      engine->forget(socket);
    } else {
      engine->watch(socket, epoll_events(what));
    }
    return 0;
  }

  static int on_timer(CURLM*, long millis, void* self) {
    auto* engine = static_cast<CurlEngine*>(self);
    engine->wanted_ = millis < 0 ? Stamp{} : monotonic_now() + std::chrono::milliseconds{millis};
    engine->arm();
    return 0;
  }

  // libcurl wants another time with nearly each event, and a timer costs more than all else that is done for one: a
  // timer that runs for an earlier time is left alone and fires in vain.
  void arm() {
    if (wanted_ == Stamp{} || (armed_ != Stamp{} && armed_ <= wanted_)) return;
    armed_ = wanted_;
    timer_.expires_at(std::chrono::steady_clock::time_point(Nanos{armed_.ns}));
    timer_.async_wait([this, alive = alive_](boost::system::error_code error) {
      if (!error && *alive) on_time();
    });
  }

  void on_time() {
    armed_ = {};
    const auto alive = alive_;
    if (wanted_ != Stamp{} && wanted_ <= monotonic_now()) {
      wanted_ = {};
      act(CURL_SOCKET_TIMEOUT, 0);
    }
    if (*alive) arm();
  }

  void watch(curl_socket_t socket, std::uint32_t events) {
    const auto [place, is_new] = sockets_.try_emplace(socket);
    if (is_new) place->second = std::make_unique<CurlSocket>(*this, socket);
    // A refusal here ends in that request's own timeout.
    const bool watched =
        is_new ? poller_.add(socket, events, *place->second) : poller_.modify(socket, events, *place->second);
    if (!watched) ++shared_.health.no_memory;
  }

  void forget(curl_socket_t socket) {
    const auto found = sockets_.find(socket);
    if (found == sockets_.end()) return;
    poller_.remove(socket);
    // Events that epoll has already handed out may still point to it.
    boost::asio::post(executor_, [gone = std::shared_ptr<CurlSocket>(std::move(found->second))] {});
    sockets_.erase(found);
  }

  // A phase that is over by now needed no limit: then the next one's counts.
  void on_deadline(CurlOp& op) {
    if (op.is_late(monotonic_now())) return finish(op.handle(), CURLE_OPERATION_TIMEDOUT);
    if (op.next_limit() != Stamp{}) deadlines_.set(op, op.next_limit());
  }

  void report_ended() {
    int left = 0;
    while (CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
      if (message->msg == CURLMSG_DONE) finish(message->easy_handle, message->data.result);
    }
  }

  void finish(CURL* easy, CURLcode code) {
    const Stamp ended = monotonic_now();
    const auto found = ops_.find(easy);
    if (found == ops_.end()) return;
    const std::unique_ptr<CurlOp> op = std::move(found->second);
    ops_.erase(found);
    curl_multi_remove_handle(multi_.get(), easy);
    op->finish(code, ended);
    op->report();
  }

  boost::asio::any_io_executor executor_;
  CurlShared shared_;
  Poller poller_;
  boost::asio::steady_timer timer_;
  Stamp wanted_, armed_;  // when libcurl wants to be called, and when the timer fires; 0 = never
  Deadlines deadlines_;
  std::unordered_map<curl_socket_t, std::unique_ptr<CurlSocket>> sockets_;
  std::unordered_map<CURL*, std::unique_ptr<CurlOp>> ops_;
  std::unique_ptr<CURLM, FreeMulti> multi_;  // before the requests: cleaning it up may still call their callbacks
  std::shared_ptr<bool> alive_;
};

void CurlSocket::on_ready(std::uint32_t events) { engine.act(socket, curl_events(events)); }

}  // namespace

std::unique_ptr<Engine> make_curl_engine(boost::asio::any_io_executor executor, EngineOptions options) {
  return std::make_unique<CurlEngine>(executor, std::move(options));
}

}  // namespace straycat::probe
