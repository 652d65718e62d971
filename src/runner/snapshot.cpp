#include <utility>

#include <boost/asio/io_context.hpp>
#include <fmt/format.h>

#include "runner/site.hpp"
#include <straycat/core/tasks.hpp>
#include <straycat/kube/client.hpp>
#include <straycat/model/kinds.hpp>
#include <straycat/plan/plan.hpp>
#include <straycat/runner/snapshot.hpp>

namespace straycat::runner {

namespace asio = boost::asio;

namespace {

std::vector<const model::Kind*> listed_kinds() {
  std::vector<const model::Kind*> out;
  for (const model::Kind& kind : model::kinds())
    if (kind.listed) out.push_back(&kind);
  return out;
}

// Where a projection goes; of nodes nothing is kept.
struct Into {
  survey::Snapshot& snapshot;
  void operator()(model::Service&& one) const { snapshot.services.push_back(std::move(one)); }
  void operator()(model::EndpointSlice&& one) const { snapshot.slices.push_back(std::move(one)); }
  void operator()(model::Pod&& one) const { snapshot.pods.push_back(std::move(one)); }
  void operator()(model::KubeEvent&& one) const { snapshot.events.push_back(std::move(one)); }
  void operator()(model::NetworkPolicy&& one) const { snapshot.policies.push_back(std::move(one)); }
  void operator()(model::Workload&& one) const { snapshot.workloads.push_back(std::move(one)); }
  void operator()(model::Node&&) const {}
};

class Reading {
 public:
  Reading(asio::io_context& context, const SnapshotRequest& request)
      : request_(request),
        client_(context.get_executor(), request.cluster),
        tasks_(context.get_executor()),
        time_(context, asio::steady_timer::time_point::max()) {}

  asio::awaitable<void> all() {
    time_.expires_after(std::chrono::duration_cast<asio::steady_timer::duration>(request_.most));
    tasks_.spawn(begin(), [this](const std::string& why) { fail(why); });
    co_await time_.async_wait(asio::as_tuple(asio::use_awaitable));
    over_ = true;
    co_await tasks_.stop();
  }

  void fail(const std::string& why) {
    if (!over_) failed_ = own_trouble("what stands there could not be read: " + why);
    time_.cancel();
  }

  Result<survey::Snapshot> take() {
    const std::string late = fmt::format("no answer within {}", format_duration(request_.most));
    if (failed_) return *failed_;
    if (!begun_) return own_trouble(fmt::format("{}: {}", plan::without_secrets(request_.cluster.server), late));
    for (std::size_t i = 0; i < kinds_.size(); ++i)
      if (!done_[i]) note(*kube::resource_for_kind(kinds_[i]->name), late);
    return std::move(snapshot_);
  }

 private:
  // One call alone first: signing in may take a while, and is to be done once.
  asio::awaitable<void> begin() {
    const auto version = co_await client_.version();
    const bool in = version || version.error().code == 403;
    if (!in && !over_) failed_ = version.error().to_error();
    if (!in) {
      time_.cancel();
      co_return;
    }
    begun_ = true;
    if (version) snapshot_.version = text_at(*version, {"gitVersion"});
    for (std::size_t i = 0; i < kinds_.size(); ++i)
      tasks_.spawn(read(i), [this, i](const std::string& why) { not_read(i, why); });
  }

  void not_read(std::size_t index, const std::string& why) {
    if (over_) return;
    note(*kube::resource_for_kind(kinds_[index]->name), why);
    read_to_its_end(index);
  }

  void read_to_its_end(std::size_t index) {
    done_[index] = true;
    if (++read_ == kinds_.size()) time_.cancel();
  }

  asio::awaitable<void> read(std::size_t index) {
    const model::Kind& kind = *kinds_[index];
    const auto type = *kube::resource_for_kind(kind.name);
    std::string labels;
    if (!request_.service.empty() && type.kind == "EndpointSlice")
      labels = "kubernetes.io/service-name=" + request_.service;
    // Projected page by page: a big cluster's pods, whole, would take a GB. What is not listed to its end is not seen.
    survey::Snapshot seen;
    kube::Client::OnPage on_page = [&](kube::json page, bool first) {
      if (first) seen = {};
      take_items(seen, kind, page);
    };
    const auto failed = co_await client_.list_pages(type, request_.ns, labels, "", std::move(on_page));
    if (over_) co_return;
    if (failed)
      note(type, *failed);
    else
      add(std::move(seen));
    if (failed && type.kind == "Service" && !request_.service.empty()) co_await read_the_service(type);
    const bool last = read_ + 1 == kinds_.size();
    if (last && snapshot_.services.empty() && !request_.ns.empty()) co_await look_for_namespace();
    read_to_its_end(index);
  }

  // Lists of a namespace that is not there are empty, too.
  asio::awaitable<void> look_for_namespace() {
    const auto type = *kube::resource_for_kind("Namespace");
    const auto one = co_await client_.get(type, "", request_.ns);
    if (one || over_) co_return;
    snapshot_.ns_absent = one.error().not_found();
    if (!snapshot_.ns_absent) {
      note(type, one.error());
      if (one.error().code == 403) snapshot_.unread.back().denied = "get namespaces";
      co_return;
    }
    kube::Client::OnPage on_page = [this](kube::json page, bool) { take_names(page, snapshot_.namespaces); };
    (void)co_await client_.list_pages(type, "", "", "", std::move(on_page));  // only to say which was meant
  }

  // Who may not list Services may perhaps get this one.
  asio::awaitable<void> read_the_service(kube::ResourceType type) {
    const auto one = co_await client_.get(type, request_.ns, request_.service);
    if (one && !over_) snapshot_.services.push_back(model::project_service(*one));
  }

  static void take_names(const kube::json& page, std::vector<std::string>& names) {
    const auto items = page.find("items");
    if (items == page.end() || !items->is_array()) return;
    for (const kube::json& item : *items) names.push_back(model::project_pod(item).meta.name);
  }

  static void take_items(survey::Snapshot& seen, const model::Kind& kind, kube::json& page) {
    const auto items = page.find("items");
    if (items == page.end() || !items->is_array()) return;
    for (kube::json& item : *items) {
      if (!item.is_object()) continue;
      item["kind"] = kind.name;  // the items of a list do not say it themselves
      std::visit(Into{seen}, kind.project(item));
    }
  }
  void add(survey::Snapshot seen) {
    const auto append = [](auto& to, auto& from) {
      to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
    };
    append(snapshot_.services, seen.services);
    append(snapshot_.slices, seen.slices);
    append(snapshot_.pods, seen.pods);
    append(snapshot_.events, seen.events);
    append(snapshot_.policies, seen.policies);
    append(snapshot_.workloads, seen.workloads);
  }

  void note(const kube::ResourceType& type, std::string why) {
    snapshot_.unread.push_back({type.plural, request_.ns, std::move(why)});
  }
  void note(const kube::ResourceType& type, const kube::ApiError& error) {
    note(type, error.describe());
    // A Service is what was asked for: that nobody serves the kind is no word on whether there is one.
    snapshot_.unread.back().not_served = error.not_found() && type.kind != "Service";
    if (error.code == 403)
      snapshot_.unread.back().denied =
          fmt::format("list {}{}", type.plural, type.group.empty() ? "" : "." + type.group);
  }

  const SnapshotRequest& request_;
  kube::Client client_;
  Tasks tasks_;
  asio::steady_timer time_;
  survey::Snapshot snapshot_;
  const std::vector<const model::Kind*> kinds_ = listed_kinds();
  std::vector<bool> done_ = std::vector<bool>(kinds_.size());
  std::size_t read_ = 0;
  bool begun_ = false, over_ = false;
  std::optional<Error> failed_;
};

}  // namespace

Result<survey::Snapshot> take_snapshot(const SnapshotRequest& request) {
  asio::io_context context{1};
  Reading reading{context, request};
  spawn(context.get_executor(), reading.all(), [&](const std::string& why) { reading.fail(why); });
  context.run();
  Result<survey::Snapshot> snapshot = reading.take();
  if (!snapshot) return snapshot;
  snapshot->wall_ns = wall_now_ns();
  snapshot->where = request.cluster.describe();
  return snapshot;
}

}  // namespace straycat::runner
