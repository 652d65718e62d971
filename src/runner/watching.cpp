#include "runner/watching.hpp"

#include <utility>

#include <boost/asio/use_awaitable.hpp>

#include <straycat/model/kinds.hpp>

namespace straycat::runner {

namespace asio = boost::asio;

namespace {

template <class One>
WatchRecord record_of(const One& one) {
  WatchRecord record;
  record.resource = one.type.plural;
  record.selector = one.scope.labels;
  return record;
}

}  // namespace

// What a verdict may rest on. Each is its own watch: RBAC may refuse some, and an API server may lack some.
void Watching::start() {
  for (const model::Kind& kind : model::kinds()) {
    if (!kind.watched) continue;
    auto& one = watches_.emplace_back();
    one.type = *kube::resource_for_kind(kind.name);
    one.scope = scope_of(kind, site_.plan, site_.own_namespace ? "" : site_.ns);
    tasks_.spawn(follow(one));
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
  std::visit([&](auto&& each) { on(one, std::forward<decltype(each)>(each)); }, std::move(item));
  site_.changed.cancel();
}

void Watching::log(const ObjectLine& line) {
  site_.journal.write(line.kind, std::string{runner_clock}, now_, line.body);
}
void Watching::log(const std::vector<ObjectLine>& lines) {
  for (const auto& line : lines) log(line);
}

void Watching::on(One& one, kube::WatchReplaced&& item) {
  if (!std::exchange(one.listed, true)) {
    site_.world.watched(one.type.kind);
    site_.journal.tell(WatchRecord::started, now_, record_of(one));
  }
  site_.world.replaced(one.type.kind, std::move(item.objects), [this](const ObjectLine& line) { log(line); });
}

void Watching::on(One& one, kube::WatchApplied&& item) {
  log(site_.world.applied(one.type.kind, std::move(item.object)));
}

void Watching::on(One& one, const kube::WatchDeleted& item) { log(site_.world.deleted(one.type.kind, item.object)); }

void Watching::on(One& one, const kube::WatchGap& item) {
  one.open = true;  // the first gap ends when the first stream stands
  auto record = record_of(one);
  record.from_ns = item.from.ns;
  record.to_ns = item.to.ns;
  record.reason = item.reason;
  site_.journal.tell(WatchRecord::gap, now_, record);
}

void Watching::on(One& one, const kube::WatchDenied& item) {
  one.over = true;
  auto record = record_of(one);
  // An API server that does not know the kind has no objects of it: nothing was missed.
  record.end = item.error.not_found() ? WatchEnd::absent : WatchEnd::denied;
  record.reason = item.error.message;
  site_.journal.tell(WatchRecord::ended, now_, record);
}

asio::awaitable<void> Watching::settle(Nanos most) {
  const auto until = monotonic_now() + most;
  const auto waiting = [&] {
    std::string names;
    for (const auto& one : watches_)
      if (!one.open && !one.over) names += (names.empty() ? "" : ", ") + one.type.plural;
    return names;
  };
  while (!waiting().empty() && monotonic_now() < until) co_await site_.wait_for_change(until - monotonic_now());
  if (const auto names = waiting(); !names.empty())
    site_.journal.note("no watch of " + names + " could be opened so far");
}

asio::awaitable<void> Watching::prove_one(One& one, Nanos most) {
  const auto gap = co_await one.hold.prove(most);
  now_ = monotonic_now();
  if (gap) on(one, *gap);
  --proving_;
  site_.changed.cancel();
}

asio::awaitable<void> Watching::prove(Nanos most) {
  Tasks provers{site_.executor};
  for (auto& one : watches_) {
    ++proving_;
    provers.spawn(prove_one(one, most));
  }
  while (proving_ > 0) co_await site_.wait_for_change(most);
  co_await provers.stop();
}

asio::awaitable<void> Watching::stop() {
  co_await tasks_.stop();
  now_ = monotonic_now();
  for (auto& one : watches_) {
    if (!one.listed || std::exchange(one.over, true)) continue;
    auto record = record_of(one);
    record.end = WatchEnd::closed;
    site_.journal.tell(WatchRecord::ended, now_, record);
  }
}

}  // namespace straycat::runner
