// Which Service each traffic went to, and whose watch tells of its endpoints.
#include <algorithm>
#include <map>
#include <tuple>

#include "folding.hpp"
#include <straycat/model/selector.hpp>

namespace straycat::history {
namespace {

bool watches_service(const Watch& watch, const ServiceView& view) {
  if (watch.clock != view.clock || watch.resource != "endpointslices" || watch.denied()) return false;
  if (watch.selector.empty()) return true;
  const auto selector = model::parse_selector(watch.selector);
  return !selector || model::matches(*selector, {{"kubernetes.io/service-name", view.service}});
}

// The stretches of [begin, end] in which no watch saw the Service's slices.
std::vector<Span> blind_spans(const History& history, const ServiceView& view) {
  std::vector<Span> seen;
  std::vector<Span> gaps;
  for (const Watch& watch : history.watches) {
    if (!watches_service(watch, view)) continue;
    seen.insert(seen.end(), watch.open.begin(), watch.open.end());
    for (const Gap& gap : watch.gaps) gaps.push_back(gap.span);
  }
  std::sort(seen.begin(), seen.end(), [](const Span& a, const Span& b) { return a.from < b.from; });
  std::vector<Span> blind;
  auto at = history.begin;
  for (const Span& span : seen) {
    if (span.from > at) blind.push_back({at, span.from});
    at = std::max(at, span.to);
  }
  if (at < history.end) blind.push_back({at, history.end});
  blind.insert(blind.end(), gaps.begin(), gaps.end());
  std::sort(blind.begin(), blind.end(), [](const Span& a, const Span& b) { return a.from < b.from; });
  return blind;
}

// A ReplicaSet that the log does not hold has a Deployment above it more often than not: which one cannot be told, and
// taking the ReplicaSet itself for the workload would set it against its own Deployment.
model::ObjectRef known_root(const model::Meta& pod, const std::vector<model::Workload>& workloads) {
  auto root = model::root_owner(pod, workloads);
  const bool held = std::any_of(workloads.begin(), workloads.end(),
                                [&](const model::Workload& one) { return one.meta.uid == root.uid; });
  return root.kind == "ReplicaSet" && !held ? model::ObjectRef{} : root;
}

// The pod as its controller had it: one whose labels are changed is let go, and stands in no Service any more.
const model::Meta& owned(const Timeline<model::Pod>& pod) {
  const auto held = std::find_if(pod.versions.rbegin(), pod.versions.rend(), [](const Version<model::Pod>& version) {
    return version.object && version.object->meta.controller() != nullptr;
  });
  return held == pod.versions.rend() ? pod.last->meta : held->object->meta;
}

void close_view(History& history, ServiceView& view) {
  view.phases.back().to = history.end;
  std::vector<model::Workload> workloads;
  for (const auto& [key, timeline] : history.workloads) workloads.push_back(*timeline.last);
  for (Endpoint& endpoint : view.endpoints) {
    if (!endpoint.memberships.empty() && endpoint.memberships.back().open_end)
      endpoint.memberships.back().to = history.end;
    const auto* seen = history.pod(view.ns, endpoint.id.pod, endpoint.id.uid);
    if (seen != nullptr && seen->last) endpoint.owner = known_root(owned(*seen), workloads);
  }
}

void build_view(History& history, ServiceView& view) {
  const auto slices = history.slices.find(view.clock);
  view.blind = blind_spans(history, view);
  view.phases.push_back({history.begin, unbounded, 0});
  if (slices != history.slices.end()) play_slices(view, slices->second);
  close_view(history, view);
}

std::string port_name_of(const History& history, const ServiceView& view) {
  if (const auto service = history.service(view.ns, view.service)) {
    for (const auto& each : service->ports) {
      if (each.port == view.service_port) return each.name;
    }
  }
  if (const auto slices = history.slices.find(view.clock); slices != history.slices.end()) {
    for (const auto& [key, timeline] : slices->second) {
      if (of_service(timeline, view) && timeline.last->ports.size() == 1) return timeline.last->ports.front().name;
    }
  }
  return {};
}

bool clock_has_slices(const History& history, const std::string& clock, const ServiceView& view) {
  const auto slices = history.slices.find(clock);
  if (slices == history.slices.end()) return false;
  return std::any_of(slices->second.begin(), slices->second.end(),
                     [&](const auto& entry) { return of_service(entry.second, view); });
}

// The vantage point's own watch when it had one, else the runner's.
void choose_clock(const History& history, const std::string& vantage, ServiceView& view) {
  const bool own_watch = std::any_of(history.watches.begin(), history.watches.end(), [&](const Watch& watch) {
    return watch.clock == vantage && watch.resource == "endpointslices" && !watch.denied();
  });
  view.clock = vantage;
  if (!own_watch && !clock_has_slices(history, vantage, view) &&
      clock_has_slices(history, std::string(runner_clock), view)) {
    view.clock = std::string(runner_clock);
  }
}

std::optional<ServiceView> wanted_view(const History& history, const Traffic& traffic) {
  if (!history.plan) return std::nullopt;
  const auto found = std::find_if(history.plan->traffic.begin(), history.plan->traffic.end(),
                                  [&](const plan::TrafficPlan& planned) { return planned.name == traffic.name; });
  if (found == history.plan->traffic.end()) return std::nullopt;
  ServiceView view;
  view.ns = found->service_ns.empty() ? history.header.ns : found->service_ns;
  view.service = found->service;
  view.service_port = found->service_port;
  choose_clock(history, traffic.vantage, view);
  view.port_name = port_name_of(history, view);
  return view;
}

std::int64_t error_of(const History& history, const std::string& clock) {
  if (clock == history.reference) return 0;
  for (const Watch& watch : history.watches) {
    if (watch.clock == clock) return watch.error_ns;
  }
  const Vantage* vantage = history.vantage(clock);
  return vantage != nullptr ? vantage->error_ns : unbounded;
}

// Several vantage points see the same endpoints, each on its own clock: one of them is enough to show.
void mark_repeats(std::vector<ServiceView>& views) {
  std::map<std::tuple<std::string, std::string, int>, ServiceView*> shown;
  for (ServiceView& view : views) {
    ServiceView*& first = shown[{view.ns, view.service, view.service_port}];
    view.repeats = first != nullptr && (first->known || !view.known);
    if (view.repeats) continue;
    if (first != nullptr) first->repeats = true;
    first = &view;
  }
}

}  // namespace

std::vector<std::size_t> ServiceView::routable_at(std::int64_t at) const {
  std::vector<std::size_t> result;
  for (std::size_t i = 0; i < endpoints.size(); ++i) {
    for (const Membership& stay : endpoints[i].memberships) {
      if (stay.from <= at && (at < stay.to || stay.open_end)) {
        result.push_back(i);
        break;
      }
    }
  }
  return result;
}

void build_views(History& history) {
  for (Traffic& traffic : history.traffic) {
    auto view = wanted_view(history, traffic);
    if (!view) continue;
    const auto same = [&](const ServiceView& other) {
      return std::tie(other.clock, other.ns, other.service, other.service_port) ==
             std::tie(view->clock, view->ns, view->service, view->service_port);
    };
    const auto found = std::find_if(history.views.begin(), history.views.end(), same);
    traffic.view = static_cast<std::size_t>(found - history.views.begin());
    if (found != history.views.end()) continue;
    view->error_ns = error_of(history, view->clock);
    build_view(history, *view);
    history.views.push_back(std::move(*view));
  }
  mark_repeats(history.views);
}

}  // namespace straycat::history
