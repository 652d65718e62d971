#include "runner/watching.hpp"

#include <algorithm>
#include <utility>

#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include <straycat/model/kinds.hpp>

namespace straycat::runner {

namespace asio = boost::asio;

// What a verdict may rest on. Each is its own watch: RBAC may refuse some, and an API server may lack some.
void Watching::start() {
  for (const model::Kind& kind : model::kinds()) {
    if (!kind.watched) continue;
    auto& one = watches_.emplace_back();
    one.type = *kube::resource_for_kind(kind.name);
    one.scope = scope_of(kind, site_.plan, site_.own_namespace ? "" : site_.ns);
    one.life = {one.type.plural, one.scope.labels};
    tasks_.spawn(follow(one), [this, &one](const std::string& why) { died(one, why); });
  }
}

asio::awaitable<void> Watching::follow(One& one) {
  const std::string ns = one.type.namespaced ? site_.ns : "";
  kube::WatchRequest request{.resource = one.type,
                             .ns = ns,
                             .label_selector = one.scope.labels,
                             .field_selector = one.scope.fields,
                             .hold = one.hold};
  co_await site_.client.watch(std::move(request), [this, &one](kube::WatchItem item) { take(one, std::move(item)); });
}

void Watching::take(One& one, kube::WatchItem item) {
  now_ = monotonic_now();
  if (std::holds_alternative<kube::WatchReplaced>(item) && one.life.state() == kube::WatchLife::State::unlisted)
    site_.world.watched(one.type.kind);
  live(one, kube::watched_from(item, now_));
  std::visit([&](auto&& each) { on(one, std::forward<decltype(each)>(each)); }, std::move(item));
  site_.changed.ring();
}

void Watching::live(One& one, const kube::Watched& what) {
  if (const auto word = one.life.resume(what)) site_.journal.tell(word->topic, word->at, word->record);
}

// Its kind is asked for from now on, where a step wants to know.
void Watching::died(One& one, const std::string& why) {
  site_.world.unwatched(one.type.kind);
  live(one, kube::watched::Died{monotonic_now(), why});
  site_.journal.note(
      fmt::format("the watch of {} died ({}): what happened after it was not seen", one.type.plural, why));
  site_.changed.ring();
}

void Watching::log(const ObjectLine& line) {
  site_.journal.write(line.kind, std::string{runner_clock}, now_, line.body);
}
void Watching::log(const std::vector<ObjectLine>& lines) {
  for (const auto& line : lines) log(line);
}

void Watching::on(One& one, kube::WatchReplaced&& item) {
  site_.world.replaced(one.type.kind, std::move(item.objects), [this](const ObjectLine& line) { log(line); });
}

void Watching::on(One& one, kube::WatchApplied&& item) {
  if (one.type.kind == "EndpointSlice") site_.slices_changed = now_;
  log(site_.world.applied(one.type.kind, std::move(item.object)));
}

void Watching::on(One& one, const kube::WatchDeleted& item) { log(site_.world.deleted(one.type.kind, item.object)); }

asio::awaitable<void> Watching::settle(Nanos most) {
  const auto until = monotonic_now() + most;
  const auto waiting = [&] {
    std::string names;
    for (const auto& one : watches_)
      if (!one.life.settled()) names += (names.empty() ? "" : ", ") + one.type.plural;
    return names;
  };
  while (!waiting().empty() && monotonic_now() < until) co_await site_.wait_for_change(until - monotonic_now());
  if (const auto names = waiting(); !names.empty())
    site_.journal.note("no watch of " + names + " could be opened so far");
}

asio::awaitable<void> Watching::prove_one(One& one, Nanos most) {
  const auto gap = co_await one.hold.prove(most);
  if (gap) live(one, kube::watched::Blind{monotonic_now(), *gap});
  one_proven();
}

void Watching::one_proven() {
  --proving_;
  site_.changed.ring();
}

asio::awaitable<void> Watching::prove(Nanos most) {
  Tasks provers{site_.executor};
  for (auto& one : watches_) {
    ++proving_;
    provers.spawn(prove_one(one, most), [this, &one](const std::string& why) {
      live(one, kube::watched::Unproven{monotonic_now(), why});
      one_proven();
    });
  }
  while (proving_ > 0) co_await site_.wait_for_change(std::max<Nanos>(most, std::chrono::milliseconds{50}));
  co_await provers.stop();
}

asio::awaitable<void> Watching::stop() {
  co_await tasks_.stop();
  const Stamp now = monotonic_now();
  for (auto& one : watches_) live(one, kube::watched::Closed{now});
}

}  // namespace straycat::runner
