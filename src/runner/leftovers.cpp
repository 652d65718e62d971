#include <algorithm>
#include <map>
#include <set>

#include <boost/asio/io_context.hpp>
#include <fmt/format.h>

#include "runner/site.hpp"
#include <straycat/model/kinds.hpp>
#include <straycat/model/objects.hpp>
#include <straycat/runner/leftovers.hpp>

namespace straycat::runner {

namespace asio = boost::asio;

namespace {

constexpr Nanos going_patience = std::chrono::seconds{60};

std::string key_of(const Leftover& one) { return one.type.kind + "/" + one.ns + "/" + one.name; }

// What has no such list is no API server of Kubernetes, whatever it answers.
bool served_everywhere(const kube::ResourceType& type) {
  return type.kind == "Namespace" || type.kind == "Pod" || type.kind == "Service";
}

class Search {
 public:
  Search(asio::io_context& context, const LeftoverRequest& request)
      : context_(context), request_(request), client_(context.get_executor(), request.cluster) {}

  asio::awaitable<void> all() {
    for (const model::Kind& kind : model::kinds()) {
      if (!kind.left_behind) continue;
      const auto type = *kube::resource_for_kind(kind.name);
      if (type.namespaced || request_.ns.empty() || request_.ns.starts_with("straycat-")) co_await look(type);
      if (failed) co_return;
    }
    if (leftovers.found.empty() && !request_.ns.empty()) co_await look_for_namespace();
    co_await listen_to_beacons();
    drop_what_goes_with_a_namespace();
  }

  Leftovers leftovers;
  std::optional<Error> failed;

 private:
  asio::awaitable<void> look(kube::ResourceType type) {
    const std::string label =
        request_.run.empty() ? model::run_label : std::string(model::run_label) + "=" + request_.run;
    const std::string ns = type.namespaced ? request_.ns : "";
    const auto list = co_await client_.list(type, ns, label);
    if (!list && list.error().not_found() && !served_everywhere(type)) co_return;  // not served: there are none
    if (!list && list.error().code == 0) failed = list.error().to_error();
    if (!list) {
      leftovers.unread.push_back(fmt::format("{}: {}", type.plural, list.error().to_error().message));
      co_return;
    }
    const auto items = list->find("items");
    if (items == list->end() || !items->is_array()) co_return;
    for (const json& item : *items) take(type, item);
  }

  // Lists of a namespace that is not there are empty, too.
  asio::awaitable<void> look_for_namespace() {
    const auto one = co_await client_.get(*kube::resource_for_kind("Namespace"), "", request_.ns);
    if (!one && one.error().not_found())
      failed = bad_input(fmt::format("there is no namespace {} ({})", request_.ns, one.error().to_error().message));
  }

  void take(const kube::ResourceType& type, const json& item) {
    const model::Meta meta = model::project_pod(item).meta;
    if (!meta.owners.empty()) return;  // its owner goes, and it goes with it
    if (type.kind == "Namespace" && !request_.ns.empty() && meta.name != request_.ns) return;
    leftovers.found.push_back({type, meta.ns, meta.name, meta.uid, meta.run, meta.created_wall_ns, false});
    const auto role = meta.labels.find("straycat.dev/role");
    if (type.kind == "EndpointSlice" && role != meta.labels.end())
      beacons_[key_of(leftovers.found.back())] = meta.resource_version;
  }

  // A run that lives moves its beacon: what changes while we look is in use.
  asio::awaitable<void> listen_to_beacons() {
    if (beacons_.empty()) co_return;
    co_await sleep_for(context_.get_executor(), request_.listen);
    std::set<std::string> alive;
    for (const Leftover& one : leftovers.found) {
      const auto before = beacons_.find(key_of(one));
      if (before == beacons_.end()) continue;
      const auto now = co_await client_.get(one.type, one.ns, one.name);
      if (now && text_at(*now, {"metadata", "resourceVersion"}) != before->second) alive.insert(one.run);
    }
    for (Leftover& one : leftovers.found) one.alive = alive.count(one.run) != 0;
  }

  void drop_what_goes_with_a_namespace() {
    std::set<std::string> going;
    for (const Leftover& one : leftovers.found)
      if (one.type.kind == "Namespace") going.insert(one.name);
    std::erase_if(leftovers.found, [&](const Leftover& one) { return going.count(one.ns) != 0; });
  }

  asio::io_context& context_;
  const LeftoverRequest& request_;
  kube::Client client_;
  std::map<std::string, std::string> beacons_;  // by key: resourceVersion
};

struct Removal {
  Removal(asio::io_context& context, const kube::Config& cluster)
      : executor(context.get_executor()), client(context.get_executor(), cluster) {}

  asio::awaitable<void> all(std::vector<Leftover> leftovers) {
    for (const Leftover& one : leftovers) {
      const kube::DeleteOptions exactly_this{.uid = one.uid, .propagation = "Background", .grace_seconds = {}};
      const auto done = co_await client.remove(one.type, one.ns, one.name, exactly_this);
      // 409: another object has the name now, or it is being deleted already.
      if (!done && !done.error().not_found() && done.error().code != 409)
        left.push_back(fmt::format("{}/{}: {}", one.type.kind, one.name, done.error().to_error().message));
    }
    const Stamp until = monotonic_now() + going_patience;
    for (const Leftover& one : leftovers) co_await until_gone(one, until);
  }

  // What was asked to go has gone only when nobody finds it any more: pods take their grace period, namespaces that of
  // all in them.
  asio::awaitable<void> until_gone(const Leftover& one, Stamp until) {
    for (;;) {
      const auto now = co_await client.get(one.type, one.ns, one.name);
      if (!now || text_at(*now, {"metadata", "uid"}) != one.uid) co_return;
      if (monotonic_now() >= until) break;
      const bool on = co_await sleep_for(executor, std::chrono::milliseconds{200});
      if (!on) co_return;
    }
    left.push_back(fmt::format("{}/{}: is still ending", one.type.kind, one.name));
  }

  asio::any_io_executor executor;
  kube::Client client;
  std::vector<std::string> left;
};

}  // namespace

Result<Leftovers> find_leftovers(const LeftoverRequest& request) {
  asio::io_context context{1};
  Search search{context, request};
  spawn(context.get_executor(), search.all(), [&](const std::string& why) {
    search.failed = own_trouble("what runs left behind could not be looked for to the end: " + why);
  });
  context.run();
  if (search.failed) return *search.failed;
  return std::move(search.leftovers);
}

Result<std::vector<std::string>> remove_leftovers(const kube::Config& cluster, const std::vector<Leftover>& leftovers) {
  asio::io_context context{1};
  Removal removal{context, cluster};
  std::optional<Error> failed;
  spawn(context.get_executor(), removal.all(leftovers), [&](const std::string& why) {
    failed = own_trouble("what runs left behind could not all be removed: " + why);
  });
  context.run();
  if (failed) return *failed;
  return std::move(removal.left);
}

}  // namespace straycat::runner
