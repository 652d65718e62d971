#include "runner/local_vantage.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include <straycat/core/records.hpp>
#include <straycat/core/signals.hpp>

namespace straycat::runner {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

constexpr Nanos start_patience = 20s;
constexpr Nanos end_patience = 1s;  // between the end of a process's output and its own

agent::SignIn sign_in_of(const Options& options) {
  const auto& where = options.sign_in;
  return {where.kubeconfig, where.context, where.cluster, where.user, where.in_cluster};
}

}  // namespace

LocalVantage::LocalVantage(Site& site, agent::Orders orders)
    : Vantage(site, std::move(orders), start_patience), process_(site.executor), records_(site.executor) {
  orders_.sign_in = sign_in_of(site.options);
}

asio::awaitable<Result<>> LocalVantage::make() {
  std::array<int, 2> pipe{};
  if (::pipe2(pipe.data(), O_CLOEXEC) != 0) co_return own_trouble(std::string("a pipe: ") + std::strerror(errno));
  records_.assign(pipe[0]);
  ChildIo io;
  io.output = pipe[1];
  io.own_group = true;  // a Ctrl-C that is meant for the person's command must not end the watch
  io.environment.push_back("STRAYCAT_ORDERS=" +
                           agent::to_json(orders_).dump(-1, ' ', false, json::error_handler_t::replace));
  const std::vector<std::string> words{"/proc/self/exe", "agent"};
  const auto ended = [this](int status) {
    status_ = status;
    site_.changed.ring();
  };
  const auto started = process_.start(words, ended, io);
  ::close(pipe[1]);
  co_return started;
}

asio::awaitable<void> LocalVantage::read_records() {
  // One clock: the agent's stamps are the runner's.
  site_.journal.tell(ClockBound::kind, monotonic_now(), ClockBound{orders_.vantage, 0, 0});
  std::string text;
  for (;;) {
    const auto [error, length] = co_await asio::async_read_until(records_, asio::dynamic_buffer(text), '\n',
                                                                 asio::as_tuple(asio::use_awaitable));
    if (error) break;
    take(std::string_view(text).substr(0, length - 1), monotonic_now());
    text.erase(0, length);
  }
  // How it ended is known a moment later, and belongs to what is told.
  const auto until = monotonic_now() + end_patience;
  while (!status_ && monotonic_now() < until) co_await site_.wait_for_change(until - monotonic_now());
  if (status_) live(vantage_came::Gone{ending_words(*status_)});
}

asio::awaitable<void> LocalVantage::ask_to_end() {
  process_.end();
  co_return;
}

std::optional<VantageCame> LocalVantage::look() {
  if (!status_) return std::nullopt;
  return vantage_came::Gone{ending_words(*status_)};
}

Error LocalVantage::never_began(const std::string& why) const {
  return own_trouble(fmt::format("the agent beside this program ({}): {}", std::string(to_string(orders_.where)), why));
}

}  // namespace straycat::runner
