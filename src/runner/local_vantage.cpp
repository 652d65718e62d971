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

#include <straycat/core/records.hpp>

namespace straycat::runner {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

constexpr Nanos start_patience = 20s;
constexpr Nanos stop_patience = 15s;

agent::SignIn sign_in_of(const Options& options) {
  const auto& where = options.sign_in;
  return {where.kubeconfig, where.context, where.cluster, where.user, where.in_cluster};
}

}  // namespace

LocalVantage::LocalVantage(Site& site, agent::Orders orders)
    : site_(site),
      orders_(std::move(orders)),
      stream_(orders_.vantage),
      process_(site.executor),
      records_(site.executor),
      tasks_(site.executor) {
  orders_.sign_in = sign_in_of(site.options);
}

asio::awaitable<Result<>> LocalVantage::start() {
  std::array<int, 2> pipe{};
  if (::pipe2(pipe.data(), O_CLOEXEC) != 0) co_return own_trouble(std::string("a pipe: ") + std::strerror(errno));
  records_.assign(pipe[0]);
  ChildIo io;
  io.output = pipe[1];
  io.own_group = true;  // a Ctrl-C that is meant for the person's command must not end the watch
  io.environment.push_back("STRAYCAT_ORDERS=" +
                           agent::to_json(orders_).dump(-1, ' ', false, json::error_handler_t::replace));
  const std::vector<std::string> words{"/proc/self/exe", "agent"};
  const auto started = process_.start(words, [this](int) { site_.changed.cancel(); }, io);
  ::close(pipe[1]);
  if (!started) co_return started.error();
  tasks_.spawn(read_records());
  const auto until = monotonic_now() + start_patience;
  while (!stream_.introduced() && !over_ && monotonic_now() < until) co_await site_.wait_for_change(200ms);
  if (stream_.introduced()) co_return Result<>{};
  co_return own_trouble("the agent beside this program (" + std::string(to_string(orders_.where)) + ") said nothing");
}

asio::awaitable<void> LocalVantage::read_records() {
  // One clock: the agent's stamps are the runner's.
  site_.journal.tell(ClockBound::kind, monotonic_now(), ClockBound{orders_.vantage, 0, 0});
  std::string text;
  for (;;) {
    const auto [error, length] = co_await asio::async_read_until(records_, asio::dynamic_buffer(text), '\n',
                                                                 asio::as_tuple(asio::use_awaitable));
    if (error) break;
    take(std::string_view(text).substr(0, length - 1));
    text.erase(0, length);
  }
  over_ = true;
  site_.changed.cancel();
}

void LocalVantage::take(std::string_view line) {
  const bool first = !stream_.introduced();
  auto event = stream_.take(line);
  if (!event) return;
  site_.journal.write(std::move(event->kind), std::move(event->clock), event->at, std::move(event->body));
  if (first || stream_.finished()) site_.changed.cancel();
}

asio::awaitable<void> LocalVantage::stop() {
  if (stopped_ || !records_.is_open()) co_return;
  stopped_ = true;
  const bool early = over_;
  process_.end();
  const auto until = monotonic_now() + stop_patience;
  while (!over_ && monotonic_now() < until) co_await site_.wait_for_change(200ms);
  process_.signal(SIGKILL);  // when its time is over; it has ended otherwise
  co_await tasks_.stop();
  if (const auto note = foreign_note(stream_); !note.empty()) site_.journal.note(note);
  if (const auto lost = loss_of(stream_, early)) site_.journal.tell(VantageLost::kind, monotonic_now(), *lost);
}

}  // namespace straycat::runner
