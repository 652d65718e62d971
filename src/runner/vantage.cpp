#include "runner/vantage.hpp"

#include <algorithm>
#include <utility>

#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include <straycat/core/records.hpp>

namespace straycat::runner {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

constexpr Nanos stop_patience = 15s;
constexpr Nanos last_words = 3s;  // of one that has ended, whose records may still be on their way
constexpr Nanos glance = 200ms;

}  // namespace

Vantage::Vantage(Site& site, agent::Orders orders, Nanos patience)
    : site_(site), orders_(std::move(orders)), stream_(orders_.vantage), tasks_(site.executor), patience_(patience) {}

asio::awaitable<Result<>> Vantage::start() {
  if (auto made = co_await make(); !made) co_return made;
  made_ = true;
  until_ = monotonic_now() + patience_;
  const auto broke = [this](const std::string& why) {
    live(vantage_came::RecordsOver{"reading its records failed: " + why});
  };
  tasks_.spawn(read_to_the_end(), broke);
  tasks_.spawn(mind(), broke);
  begin_more();
  while (!began_) co_await site_.wait_for_change(glance);
  co_return *began_;
}

asio::awaitable<void> Vantage::stop() {
  if (!made_) co_return;
  made_ = false;
  until_ = monotonic_now() + stop_patience;
  live(vantage_came::StopAsked{});
  if (asked_) co_await ask_to_end();
  while (!ended_) co_await site_.wait_for_change(glance);
  co_await tasks_.stop();
  if (const auto foreign = foreign_note(stream_); !foreign.empty()) site_.journal.note(foreign);
  if (stream_.missing() > 0 && !told_lost_) tell_lost("records are missing");
}

asio::awaitable<void> Vantage::read_to_the_end() {
  co_await read_records();
  live(vantage_came::RecordsOver{});
}

// Looks after it while nobody waits for it.
asio::awaitable<void> Vantage::mind() {
  while (life_.state() != VantageLife::State::over) {
    if (const auto news = look()) live(*news);
    if (monotonic_now() >= until_) live(vantage_came::TimeUp{});
    co_await site_.wait_for_change(glance);
  }
}

void Vantage::take(std::string_view line, Stamp arrived) {
  const bool first = !stream_.introduced();
  auto event = stream_.take(line);
  if (!event) return;
  hear(*event, arrived);
  site_.journal.write(std::move(event->kind), std::move(event->clock), event->at, std::move(event->body));
  tell_bound();
  if (first) live(vantage_came::Spoke{});
  if (stream_.finished()) live(vantage_came::SummedUp{});
}

void Vantage::tell_bound() {
  if (const auto bound = tightened()) site_.journal.tell(ClockBound::kind, monotonic_now(), *bound);
}

void Vantage::live(const VantageCame& what) {
  const auto todo = life_.resume(what);
  for (const auto& one : todo) std::visit([this](const auto& each) { act(each); }, one);
  if (!todo.empty()) site_.changed.ring();
}

void Vantage::act(const vantage_todo::Began&) {
  began_ = Result<>{};
  speaks_ = true;
  ++site_.speaking;
}

void Vantage::act(const vantage_todo::NeverBegan& how) { began_ = never_began(how.why); }

void Vantage::act(const vantage_todo::Hurry&) { until_ = std::min(until_, monotonic_now() + last_words); }

void Vantage::act(const vantage_todo::Lost& how) {
  tell_lost(how.why);
  no_longer_speaks();
  if (how.early && site_.speaking == 0 && site_.on_vantage_lost)
    site_.on_vantage_lost(fmt::format("the prober {} was lost: {}", orders_.vantage, how.why));
}

void Vantage::act(const vantage_todo::Ended&) {
  no_longer_speaks();
  ended_ = true;
}

void Vantage::no_longer_speaks() {
  if (std::exchange(speaks_, false)) --site_.speaking;
}

void Vantage::tell_lost(const std::string& why) {
  told_lost_ = true;
  VantageLost lost;
  lost.vantage = orders_.vantage;
  lost.missing = stream_.missing();
  lost.reason = why;
  site_.journal.tell(VantageLost::kind, monotonic_now(), lost);
}

}  // namespace straycat::runner
