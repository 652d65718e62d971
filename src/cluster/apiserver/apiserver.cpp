#include "cluster/apiserver/apiserver.hpp"

#include <cstring>
#include <list>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "cluster/apiserver/rest.hpp"
#include "cluster/apiserver/session.hpp"
#include <straycat/core/seam.hpp>
#include <straycat/core/tasks.hpp>

namespace straycat::cluster {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;
using boost::system::error_code;

struct ApiServer::State : std::enable_shared_from_this<ApiServer::State> {
  State(asio::io_context& io, Store& store, Tokens& known, PodFaces pods, const ApiLimits& may_cost)
      : context(io),
        tls(asio::ssl::context::tls_server),
        tokens(known),
        rest(io.get_executor(), store, known, std::move(pods)),
        limits(may_cost) {}

  asio::awaitable<void> accept(std::shared_ptr<tcp::acceptor> acceptor);
  asio::awaitable<void> serve(std::shared_ptr<tcp::socket> socket);
  void greet(std::shared_ptr<tcp::socket> socket);
  void stop();
  void cut();
  void end_watches();
  Answer remember(Answer answer, bool watch);

  asio::io_context& context;
  asio::ssl::context tls;
  const Tokens& tokens;
  Rest rest;
  ApiLimits limits;
  Door door{limits.strangers};
  std::shared_ptr<StreamBudget> budget = std::make_shared<StreamBudget>(limits.stream, limits.streams);
  bool stopped = false, away = false;
  std::list<std::shared_ptr<tcp::acceptor>> acceptors;
  std::list<std::weak_ptr<tcp::socket>> sockets;
  // What streams hold (subscriptions in the store, followers of logs). Connections end only when the io_context runs
  // again or dies, which may be after the store and the node are gone: so `stop` must be able to let go of these by
  // itself.
  struct Held {
    std::weak_ptr<std::shared_ptr<void>> hold;
    std::function<void()> end;  // of a watch
  };
  std::list<Held> streams;
};

namespace {

// A handler's surprise must cost one request, not the cluster: nlohmann throws on what no check foresaw.
Answer guarded(Rest& rest, const Request& request) {
  try {
    return rest.handle(request);
  } catch (const std::exception& error) {
    return status_response({500, "InternalError", std::string("Internal error occurred: ") + error.what(), nullptr});
  }
}

bool is_watch(const Request& request) {
  const auto query = request.query();
  const auto at = query.find("watch");
  return at != query.end() && (at->second == "true" || at->second == "1");
}

Result<> load(asio::ssl::context& tls, const TlsIdentity& identity) {
  error_code error;
  tls.set_options(
      asio::ssl::context::default_workarounds | asio::ssl::context::no_tlsv1 | asio::ssl::context::no_tlsv1_1, error);
  tls.use_certificate_chain(asio::buffer(identity.certificate), error);
  if (!error) tls.use_private_key(asio::buffer(identity.key), asio::ssl::context::pem, error);
  if (error) return own_trouble("the server's certificate: " + error.message());
  return {};
}

}  // namespace

asio::awaitable<void> ApiServer::State::serve(std::shared_ptr<tcp::socket> socket) {
  const auto self = shared_from_this();
  auto place = std::make_optional(door.enter([weak = std::weak_ptr(socket)] {
    error_code ignored;
    if (const auto open = weak.lock()) open->close(ignored);
  }));
  Host host;
  host.streams = budget;
  host.limits = limits;
  host.handle = [weak = std::weak_ptr(self)](const Request& request) -> Answer {
    const auto state = weak.lock();
    if (!state || state->stopped)
      return status_response({503, "ServiceUnavailable", "apiserver is shutting down", nullptr});
    // Remembered first: what goes over a WebSocket is let go of like any other stream.
    return over_socket(state->remember(guarded(state->rest, request), is_watch(request)), request);
  };
  host.knows = [this](const std::string& authorization) { return tokens.knows(bearer(authorization)); };
  host.signed_in = [&] {
    door.leave(*place);
    place.reset();
  };
  co_await serve_connection(std::move(socket), tls, std::move(host));
  if (place) door.leave(*place);
}

// A connection that ends by an exception (no memory) costs itself alone, and is heard.
void ApiServer::State::greet(std::shared_ptr<tcp::socket> socket) {
  spawn(context.get_executor(), serve(std::move(socket)),
        [](const std::string& why) { say("straycat cluster: a connection was dropped: {}\n", why); });
}

Answer ApiServer::State::remember(Answer answer, bool watch) {
  auto* stream = std::get_if<Stream>(&answer);
  if (stream == nullptr) return answer;
  stream->start = [this, watch, start = std::move(stream->start)](auto write, auto end) -> std::shared_ptr<void> {
    std::function<void()> end_of_watch;
    if (watch) end_of_watch = end;
    auto held = std::make_shared<std::shared_ptr<void>>(start(std::move(write), std::move(end)));
    streams.remove_if([](const Held& one) { return one.hold.expired(); });
    streams.push_back({held, std::move(end_of_watch)});
    return held;
  };
  return answer;
}

asio::awaitable<void> ApiServer::State::accept(std::shared_ptr<tcp::acceptor> acceptor) {
  const auto self = shared_from_this();
  while (!stopped) {
    auto socket = std::make_shared<tcp::socket>(context);
    const auto [error] = co_await acceptor->async_accept(*socket, asio::as_tuple(asio::use_awaitable));
    if (stopped || error == asio::error::bad_descriptor) co_return;
    if (error) {  // out of descriptors, mostly: try again when some may have been closed
      asio::steady_timer pause{context, std::chrono::milliseconds{50}};
      (void)co_await pause.async_wait(asio::as_tuple(asio::use_awaitable));
      continue;
    }
    error_code ignored;
    socket->set_option(tcp::no_delay{true}, ignored);
    if (away) {
      socket->set_option(asio::socket_base::linger{true, 0}, ignored);
      continue;
    }
    sockets.remove_if([](const auto& weak) { return weak.expired(); });
    sockets.push_back(socket);
    greet(std::move(socket));
  }
}

void ApiServer::State::stop() {
  stopped = true;
  error_code ignored;
  for (const auto& acceptor : acceptors) acceptor->close(ignored);
  cut();
}

void ApiServer::State::cut() {
  error_code ignored;
  for (const auto& weak : sockets) {
    if (const auto socket = weak.lock()) socket->close(ignored);
  }
  for (const Held& one : streams) {
    if (const auto held = one.hold.lock()) held->reset();
  }
}

// To end a stream changes the list of them.
void ApiServer::State::end_watches() {
  for (const Held& one : std::list<Held>(streams)) {
    const auto held = one.hold.lock();
    if (!held || !one.end) continue;
    held->reset();
    one.end();
  }
}

ApiServer::ApiServer(asio::io_context& context, Store& store, const TlsIdentity& identity, Tokens& tokens,
                     PodFaces pods, const ApiLimits& limits)
    : state_(std::make_shared<State>(context, store, tokens, std::move(pods), limits)) {
  if (auto loaded = load(state_->tls, identity); !loaded) throw std::invalid_argument(loaded.error().message);
}

ApiServer::~ApiServer() { stop(); }

Result<> ApiServer::add_listener(int fd) {
  auto acceptor = std::make_shared<tcp::acceptor>(state_->context);
  error_code error;
  acceptor->assign(tcp::v4(), fd, error);
  if (error) {
    ::close(fd);
    return own_trouble("serve on a listening socket: " + error.message());
  }
  state_->acceptors.push_back(acceptor);
  // Nobody would be served any more: that ends the cluster, through whoever runs the loop.
  spawn(state_->context.get_executor(), state_->accept(std::move(acceptor)),
        [](const std::string& why) { throw std::runtime_error("the API server accepts nobody any more: " + why); });
  return {};
}

void ApiServer::stop() { state_->stop(); }

void ApiServer::set_away(bool away) {
  if (!std::exchange(state_->away, away) && away) state_->cut();
}

void ApiServer::end_watches() { state_->end_watches(); }

}  // namespace straycat::cluster
