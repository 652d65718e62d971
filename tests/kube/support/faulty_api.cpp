#include "kube/support/faulty_api.hpp"

#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <fmt/format.h>

namespace straycat::test {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

constexpr const char* page = "<html><body><h1>502 Bad Gateway</h1></body></html>\n";
constexpr int page_size = 2;

std::string object(const std::string& name, int version, const std::string& more = "") {
  return fmt::format(R"({{"metadata":{{"name":"{}","resourceVersion":"{}"{}}}}})", name, version, more);
}
std::string event(const std::string& type, const std::string& object) {
  return fmt::format("{{\"type\":\"{}\",\"object\":{}}}\n", type, object);
}
std::string status(int code, const char* reason) {
  return fmt::format(R"({{"kind":"Status","code":{},"reason":"{}","message":"told by a fault"}})", code, reason);
}

// The connection ends where it is: no word of TLS that it was meant to.
[[noreturn]] void cut() { throw boost::system::system_error(asio::error::connection_aborted); }

}  // namespace

std::string query_value(const std::string& target, const std::string& name) {
  const auto at = target.find(name + "=");
  if (at == std::string::npos) return {};
  const auto from = at + name.size() + 1;
  return target.substr(from, target.find('&', from) - from);
}

FaultyApi::FaultyApi(asio::io_context& context, std::uint64_t seed) : random_(seed), changed_(context) {}

int FaultyApi::faults_made() const {
  int sum = 0;
  for (const auto& [name, count] : faults) sum += count;
  return sum;
}

int FaultyApi::fault(const std::vector<const char*>& names) {
  const int chosen = pick(static_cast<int>(names.size()));
  ++faults[names[static_cast<std::size_t>(chosen)]];
  return chosen;
}

std::map<std::string, int> FaultyApi::state_at(int version) const {
  std::map<std::string, int> out;
  for (const auto& change : changes) {
    if (change.version > version) break;
    if (change.deleted)
      out.erase(change.name);
    else
      out[change.name] = change.version;
  }
  return out;
}

void FaultyApi::make_change() {
  const auto name = std::string(1, static_cast<char>('a' + pick(6)));
  const bool deletes = there_.count(name) != 0 && pick(4) == 0;
  changes.push_back({monotonic_now(), version() + 1, name, deletes});
  if (deletes)
    there_.erase(name);
  else
    there_[name] = version();
  changed_.cancel();
}

asio::awaitable<void> FaultyApi::live() {
  asio::steady_timer timer{co_await asio::this_coro::executor};
  while (lying) {
    make_change();
    timer.expires_after(std::chrono::milliseconds{1 + pick(12)});
    co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
  }
}

asio::awaitable<void> FaultyApi::serve(Exchange& exchange) {
  if (query_value(exchange.target, "watch") == "true")
    co_await stream(exchange);
  else
    co_await list(exchange);
}

asio::awaitable<void> FaultyApi::refuse(Exchange& exchange, bool stream) {
  switch (fault({"reset", "cut", "html", "401", "429", "503", "500", "410", "half an answer"})) {
    case 0:
      exchange.reset();
      cut();
    case 1:
      cut();
    case 2:
      co_return co_await exchange.answer(200, page, {{"Content-Type", "text/html"}});
    case 3:
      co_return co_await exchange.answer(401, status(401, "Unauthorized"));
    case 4:
      co_return co_await exchange.answer(429, status(429, "TooManyRequests"), {{"Retry-After", "0"}});
    case 5:
      co_return co_await exchange.answer(503, page, {{"Content-Type", "text/html"}});
    case 6:
      co_return co_await exchange.answer(500, status(500, "InternalError"));
    case 7:  // of a list only its later pages can be too old
      co_return co_await exchange.answer(stream || exchange.target.find("continue=") != std::string::npos ? 410 : 500,
                                         status(410, "Expired"));
    default:
      co_await exchange.write("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n{\"kin");
      cut();
  }
}

asio::awaitable<void> FaultyApi::list(Exchange& exchange) {
  if (lies(40)) co_return co_await refuse(exchange, false);
  const auto token = query_value(exchange.target, "continue");  // VERSION-OFFSET
  const int seen = token.empty() ? version() : std::stoi(token);
  const auto offset = token.empty() ? 0 : std::stoi(token.substr(token.find('-') + 1));
  const bool all = query_value(exchange.target, "limit").empty();
  std::string items, more;
  int number = 0;
  for (const auto& [name, version] : state_at(seen)) {
    if (number++ < offset) continue;
    if (!all && number > offset + page_size) {
      more = fmt::format("{}-{}", seen, offset + page_size);
      break;
    }
    items += (items.empty() ? "" : ",") + object(name, version);
  }
  const auto body = fmt::format(
      R"({{"kind":"PodList","metadata":{{"resourceVersion":"{}","continue":"{}"}},"items":[{}]}})", seen, more, items);
  if (!lies(10)) co_return co_await exchange.answer(200, body);
  ++faults["a slow list"];
  co_await exchange.wait(std::chrono::milliseconds{20 + pick(50)});
  co_await exchange.answer(200, body);
}

std::string FaultyApi::line(const Change& change, bool late, bool slow) const {
  const char* type = change.deleted ? "DELETED" : "MODIFIED";
  const auto labels = fmt::format(R"(,"labels":{{"late":"{}"}})", late || slow ? "yes" : "no");
  return event(type, object(change.name, change.version, labels));
}

asio::awaitable<void> FaultyApi::stream(Exchange& exchange) {
  if (lies(30)) co_return co_await refuse(exchange, true);
  if (lies(5)) compacted_ = version();
  Stream at{.sent = std::stoi(query_value(exchange.target, "resourceVersion")), .opened = {}, .slow_end = {}};
  const auto ends = monotonic_now() + std::chrono::seconds{std::stoi(query_value(exchange.target, "timeoutSeconds"))};
  at.opened = monotonic_now();
  co_await exchange.begin_stream();
  if (at.sent < compacted_) {
    ++faults["410 in the stream"];
    co_await exchange.piece(event("ERROR", status(410, "Expired")));
    co_return co_await exchange.piece("");
  }
  while (monotonic_now() < ends && !at.over) {
    while (at.sent < version() && !at.over) co_await send(exchange, at, changes[static_cast<std::size_t>(at.sent)]);
    if (at.over) co_return;
    changed_.expires_after(50ms);
    co_await changed_.async_wait(asio::as_tuple(asio::use_awaitable));
  }
  co_await exchange.piece("");
}

asio::awaitable<void> FaultyApi::send(Exchange& exchange, Stream& at, const Change& change) {
  const Change own = change;  // the vector grows while this is sent
  const bool late = own.when <= at.opened || own.when <= at.slow_end;
  if (lies(6)) {
    const auto whole = line(own, late, true);
    co_return co_await lie(exchange, at, own, whole);
  }
  at.sent = own.version;
  const auto whole = line(own, late, false);
  co_await exchange.piece(whole);
}

asio::awaitable<void> FaultyApi::slowly(Exchange& exchange, const std::string& text) {
  const auto part = text.size() / 4 + 1;
  for (std::size_t from = 0; from < text.size(); from += part) {
    if (from > 0) co_await exchange.wait(30ms);
    co_await exchange.piece(std::string_view{text}.substr(from, part));
  }
}

asio::awaitable<void> FaultyApi::lie(Exchange& exchange, Stream& at, const Change& change, const std::string& whole) {
  const auto half = whole.substr(0, 1 + static_cast<std::size_t>(pick(static_cast<int>(whole.size()) - 2)));
  const int chosen =
      fault({"half a line, reset", "half a line, TLS cut", "half a line, ended well", "html in the stream",
             "500 in the stream", "410 in the stream", "silence", "slow bytes", "bookmarks twice", "an event twice"});
  if (chosen <= 2) {
    co_await exchange.piece(half);
    if (chosen == 0) exchange.reset();
    if (chosen < 2) cut();
    co_await exchange.piece("");
  } else if (chosen <= 5) {
    co_await exchange.piece(chosen == 3   ? page
                            : chosen == 4 ? event("ERROR", status(500, "InternalError"))
                                          : event("ERROR", status(410, "Expired")));
    co_await exchange.piece("");
  } else if (chosen == 6) {
    co_await exchange.wait(30s);  // the client has gone long before
    cut();
  } else {
    at.sent = change.version;
    if (chosen == 7) {
      co_await slowly(exchange, whole);
      at.slow_end = monotonic_now();
      co_return;
    }
    const auto told = line(change, change.when <= at.opened || change.when <= at.slow_end, false);
    co_await exchange.piece(told);
    const auto again = chosen == 9 ? told : event("BOOKMARK", object("", change.version));
    co_await exchange.piece(again);
    const auto old = chosen == 9 ? told : event("BOOKMARK", object("", std::max(1, change.version - 2)));
    co_return co_await exchange.piece(old);
  }
  at.over = true;
}

}  // namespace straycat::test
