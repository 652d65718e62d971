#include "agent/proxy_engine.hpp"

#include <algorithm>
#include <cerrno>
#include <stdexcept>
#include <utility>

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include <straycat/core/json_access.hpp>
#include <straycat/core/tasks.hpp>

namespace straycat::agent {

namespace asio = boost::asio;

namespace {

struct Sign {
  const char* words;
  FailureKind kind;
  Phase phase;
  int error_number;
};

// The words of Go's dialler and transport (net/error_posix.go, net/http/transport.go), the more telling first.
constexpr Sign signs[] = {
    {"connection refused", FailureKind::refused, Phase::connect, ECONNREFUSED},
    {"no endpoints available", FailureKind::refused, Phase::connect, 0},
    {"no route to host", FailureKind::unreachable, Phase::connect, EHOSTUNREACH},
    {"network is unreachable", FailureKind::unreachable, Phase::connect, ENETUNREACH},
    {"no such host", FailureKind::name_not_found, Phase::name, 0},
    {"i/o timeout", FailureKind::connect_timeout, Phase::connect, ETIMEDOUT},
    {"connection timed out", FailureKind::connect_timeout, Phase::connect, ETIMEDOUT},
    {"connection reset", FailureKind::reset, Phase::first_byte, ECONNRESET},
    {"malformed HTTP", FailureKind::protocol, Phase::first_byte, 0},
    {"EOF", FailureKind::closed_early, Phase::first_byte, 0},
};

Failure failure_of(const std::string& message) {
  for (const Sign& sign : signs) {
    if (message.find(sign.words) != std::string::npos) return {sign.kind, sign.phase, sign.error_number, message};
  }
  return {FailureKind::protocol, Phase::first_byte, 0, message};
}

// The answer's own Status object, if it is one: a target may answer with JSON, too.
std::optional<std::string> status_message(const std::string& body) {
  const auto document = nlohmann::json::parse(body, nullptr, false);
  if (text_at(document, "/kind") != "Status" || text_at(document, "/apiVersion") != "v1") return std::nullopt;
  return text_at(document, "/message");
}

}  // namespace

std::optional<Failure> proxy_failure(int status, const std::string& body) {
  // An API server that sheds load says so in plain text (apiserver util/flowcontrol, filters/priority-and-fairness.go).
  if (status == 429 && body.starts_with("Too many requests, please try again later"))
    return Failure{FailureKind::local_exhaustion, Phase::send, 0, "the API server is too busy"};
  if (status != 503 && status != 401 && status != 403 && status != 404 && status != 502) return std::nullopt;
  const auto message = status_message(body);
  if (!message) return std::nullopt;
  if (status == 401 || status == 403) return Failure{FailureKind::local_exhaustion, Phase::send, 0, *message};
  const bool from_proxy = message->find("error trying to reach service") != std::string::npos ||
                          message->find("no endpoints available for service") != std::string::npos;
  if (from_proxy) return failure_of(*message);
  // The Service, or the pod, is gone: nobody was asked.
  if (status == 404) return Failure{FailureKind::unreachable, Phase::connect, 0, *message};
  return std::nullopt;
}

std::string proxy_path(const std::string& resource, const std::string& ns, const std::string& name, int port,
                       const probe::Url& url) {
  return fmt::format("/api/v1/namespaces/{}/{}/{}{}:{}/proxy{}", ns, resource, url.scheme == "https" ? "https:" : "",
                     name, port, url.target);
}

// Outlives the engine as long as a request is under way.
struct ProxyEngine::Shared {
  Shared(asio::any_io_executor where, kube::Client talks) : executor(std::move(where)), client(std::move(talks)) {}
  asio::any_io_executor executor;
  kube::Client client;
  std::size_t in_flight = 0;
  probe::EngineHealth health;
  bool gone = false;  // nobody is to be called any more
};

namespace {

probe::Attempt attempt_of(Stamp intended, const probe::Prepared& request) {
  probe::Attempt attempt;
  attempt.intended = intended;
  attempt.started = attempt.connect = monotonic_now();
  if (request.request.dial) {
    attempt.remote_address = request.request.dial->address;
    attempt.remote_port = request.request.dial->port;
  }
  return attempt;
}

void judge(probe::Attempt& attempt, const probe::Prepared& request, const Result<net::Response>& answer,
           probe::EngineHealth& health) {
  attempt.ended = monotonic_now();
  if (!answer) {
    // Between us and the API server: our own trouble, whatever it was.
    attempt.failure = Failure{FailureKind::local_exhaustion, Phase::send, 0, answer.error().message};
    ++health.no_server;
    return;
  }
  attempt.failure = proxy_failure(answer->status, answer->body);
  if (attempt.failure) {
    const bool ours = attempt.failure->kind == FailureKind::local_exhaustion;
    if (ours) ++(answer->status == 429 ? health.no_server : health.no_right);
    // The server picks an endpoint and dials just before it says so; until then the request may have waited for it.
    attempt.connect = attempt.ended;
    return;
  }
  attempt.connected = attempt.first_byte = attempt.ended;
  attempt.status = answer->status;
  attempt.body_bytes = answer->body.size();
  const probe::JudgedAnswer judged = probe::judge_answer(request, answer->status, answer->body);
  attempt.body_sha256 = judged.sha256;
  attempt.failure = judged.failure;
}

asio::awaitable<void> sleep_until_late(asio::any_io_executor executor, Nanos length) {
  asio::steady_timer timer(executor, std::chrono::duration_cast<asio::steady_timer::duration>(length));
  co_await timer.async_wait(asio::use_awaitable);
}

// The answer, or none within the request's own time.
asio::awaitable<std::optional<Result<net::Response>>> ask(kube::Client& client, asio::any_io_executor executor,
                                                          std::string method, std::string path, Nanos limit) {
  using namespace asio::experimental::awaitable_operators;
  auto first = co_await (as_value(client.ask(std::move(method), std::move(path))) || sleep_until_late(executor, limit));
  if (first.index() == 1) co_return std::nullopt;
  co_return std::get<0>(std::move(first));
}

}  // namespace

// Counts an attempt's end, and tells it, once. False: it has been told.
bool ProxyEngine::finish(Shared& shared, Done& told, const probe::Attempt& attempt) {
  const Done tell = std::exchange(told, nullptr);
  if (!tell) return false;
  --shared.in_flight;
  if (!shared.gone) tell(attempt);
  return true;
}

asio::awaitable<void> ProxyEngine::carry(std::shared_ptr<Shared> shared, std::shared_ptr<const probe::Prepared> what,
                                         std::optional<std::string> path, probe::Attempt made,
                                         std::shared_ptr<Done> told) {
  const Nanos total = what->request.timeouts.total > Nanos{} ? what->request.timeouts.total : std::chrono::seconds{10};
  std::optional<Result<net::Response>> answer;
  if (path) answer = co_await ask(shared->client, shared->executor, what->request.method, *path, total);
  if (answer) {
    judge(made, *what, *answer, shared->health);
  } else {
    made.ended = monotonic_now();
    // The server's proxy did not say how far it had come; a pod that nobody knows was never asked.
    made.failure = path ? Failure{FailureKind::response_timeout, Phase::first_byte, 0,
                                  fmt::format("no answer through the API server within {}", format_duration(total))}
                        : Failure{FailureKind::local_exhaustion, Phase::send, 0, "no pod is known at this address"};
  }
  (void)finish(*shared, *told, made);
}

ProxyEngine::ProxyEngine(asio::any_io_executor executor, kube::Client client)
    : shared_(std::make_shared<Shared>(std::move(executor), std::move(client))) {}

ProxyEngine::~ProxyEngine() { shared_->gone = true; }

void ProxyEngine::serve(const std::string& host, int port, ServicePortRef service) {
  services_[{host, port}] = std::move(service);
}

void ProxyEngine::know(const std::string& ns, const std::vector<model::Listed>& endpoints) {
  for (const model::Listed& endpoint : endpoints) {
    if (!endpoint.id.pod.empty()) pods_[{endpoint.id.address, endpoint.id.port}] = {ns, endpoint.id.pod};
  }
}

std::optional<std::string> ProxyEngine::path_of(const probe::Prepared& request) const {
  if (const auto& dial = request.request.dial) {
    const auto pod = pods_.find({dial->address, dial->port});
    if (pod == pods_.end()) return std::nullopt;
    return proxy_path("pods", pod->second.first, pod->second.second, dial->port, request.url);
  }
  const auto service = services_.find({request.url.host, request.url.port});
  if (service == services_.end()) return std::nullopt;
  const ServicePortRef& to = service->second;
  return proxy_path("services", to.ns, to.service, to.port, request.url);
}

Stamp ProxyEngine::start(std::shared_ptr<const probe::Prepared> request, Stamp intended, Done done) {
  probe::Attempt attempt = attempt_of(intended, *request);
  const Stamp started = attempt.started;
  ++shared_->health.attempts;
  ++shared_->in_flight;
  const auto shared = shared_;
  const auto told = std::make_shared<Done>(std::move(done));
  auto failed = [shared, told, attempt](const std::string& why) {
    probe::Attempt lost = attempt;
    lost.ended = monotonic_now();
    lost.failure = Failure{FailureKind::local_exhaustion, Phase::send, 0, "straycat's own fault: " + why};
    // Whoever was told of it failed: an agent that cannot count is no witness.
    if (!finish(*shared, *told, lost)) throw std::logic_error(why);
  };
  auto path = path_of(*request);
  spawn(shared->executor, carry(shared, std::move(request), std::move(path), attempt, told), std::move(failed));
  return started;
}

std::size_t ProxyEngine::in_flight() const { return shared_->in_flight; }

probe::EngineHealth ProxyEngine::take_health() { return std::exchange(shared_->health, {}); }

}  // namespace straycat::agent
