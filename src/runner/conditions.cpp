#include "runner/conditions.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include <straycat/core/json_access.hpp>
#include <straycat/model/kinds.hpp>
#include <straycat/model/routable.hpp>

namespace straycat::runner {

namespace {

using Pointer = json::json_pointer;

const json* condition_of(const json& object, const std::string& type) {
  static const Pointer conditions{"/status/conditions"};
  if (!object.contains(conditions) || !object.at(conditions).is_array()) return nullptr;
  for (const auto& each : object.at(conditions))
    if (each.is_object() && text_at(each, "/type") == type) return &each;
  return nullptr;
}

bool holds(const json& object, const std::string& type) {
  const auto* condition = condition_of(object, type);
  return condition != nullptr && text_at(*condition, "/status") == "True";
}

// The controller has seen the newest spec; before that its status tells of an older one.
bool observed(const json& object) {
  const Pointer pointer{"/status/observedGeneration"};
  if (!object.contains(pointer))
    return number_at<long>(object, "/metadata/generation") <= 1 && !object.contains(Pointer{"/spec/template"});
  return number_at<long>(object, "/status/observedGeneration") >= number_at<long>(object, "/metadata/generation");
}

Judged yes(std::string state = {}) { return {true, false, std::move(state)}; }
Judged not_yet(std::string state) { return {false, false, std::move(state)}; }
Judged never(std::string state) { return {false, true, std::move(state)}; }

Judged deployment_rolled_out(const json& object) {
  if (const auto* progressing = condition_of(object, "Progressing");
      progressing != nullptr && text_at(*progressing, "/reason") == "ProgressDeadlineExceeded")
    return never("exceeded its progress deadline");
  const long wanted = number_at<long>(object, "/spec/replicas", 1),
             updated = number_at<long>(object, "/status/updatedReplicas");
  const long all = number_at<long>(object, "/status/replicas"),
             available = number_at<long>(object, "/status/availableReplicas");
  if (updated < wanted) return not_yet(fmt::format("{} of {} new replicas have been updated", updated, wanted));
  if (all > updated) return not_yet(fmt::format("{} old replicas are pending termination", all - updated));
  if (available < updated) return not_yet(fmt::format("{} of {} updated replicas are available", available, updated));
  return yes("rolled out");
}

Judged daemon_set_rolled_out(const json& object) {
  const long wanted = number_at<long>(object, "/status/desiredNumberScheduled");
  const long updated = number_at<long>(object, "/status/updatedNumberScheduled"),
             available = number_at<long>(object, "/status/numberAvailable");
  if (updated < wanted) return not_yet(fmt::format("{} of {} new pods have been updated", updated, wanted));
  if (available < wanted) return not_yet(fmt::format("{} of {} updated pods are available", available, wanted));
  return yes("rolled out");
}

Judged stateful_set_rolled_out(const json& object) {
  const long wanted = number_at<long>(object, "/spec/replicas", 1),
             ready = number_at<long>(object, "/status/readyReplicas");
  if (ready < wanted) return not_yet(fmt::format("{} of {} pods are ready", ready, wanted));
  if (text_at(object, "/status/updateRevision") != text_at(object, "/status/currentRevision"))
    return not_yet(fmt::format("{} pods are at the new revision", number_at<long>(object, "/status/updatedReplicas")));
  return yes("rolled out");
}

Judged rolled_out(const std::string& kind, const json& object) {
  if (!observed(object)) return not_yet("its newest spec has not been observed yet");
  if (kind == "DaemonSet") return daemon_set_rolled_out(object);
  if (kind == "StatefulSet") return stateful_set_rolled_out(object);
  return deployment_rolled_out(object);
}

Judged ended(const std::string& kind, const json& object, bool well) {
  const bool pod = kind == "Pod";
  const auto phase = text_at(object, "/status/phase");
  const bool complete = pod ? phase == "Succeeded" : holds(object, "Complete");
  const bool failed = pod ? phase == "Failed" : holds(object, "Failed");
  if (well ? complete : failed) return yes(well ? "complete" : "failed");
  if (well && failed) {
    const auto* condition = condition_of(object, "Failed");
    const auto why = condition == nullptr ? text_at(object, "/status/reason") : text_at(*condition, "/message");
    return never(why.empty() ? "failed" : "failed: " + why);
  }
  if (!well && complete) return never("completed");
  if (pod) return not_yet("phase " + phase);
  return not_yet(fmt::format("{} active, {} succeeded, {} failed", number_at<long>(object, "/status/active"),
                             number_at<long>(object, "/status/succeeded"), number_at<long>(object, "/status/failed")));
}

Judged ready(const std::string& name, const json& object) {
  const model::Kind* kind = model::kind_named(name);
  if (kind == nullptr || !kind->counts || condition_of(object, "Ready") != nullptr) {
    const auto phase = text_at(object, "/status/phase");
    return holds(object, "Ready") ? yes("ready") : not_yet(phase.empty() ? "not ready" : "phase " + phase);
  }
  if (kind->counts->observed && !observed(object)) return not_yet("its newest spec has not been observed yet");
  const long wanted = number_at<long>(object, kind->counts->wanted, 1);
  const long got = number_at<long>(object, kind->counts->ready);
  return got >= wanted ? yes("ready") : not_yet(fmt::format("{} of {} pods are ready", got, wanted));
}

// What gets connections to each port of each Service that has slices.
std::map<std::string, std::vector<EndpointId>> routable_sets(const World& world) {
  std::map<std::string, std::map<std::pair<std::string, std::string>, model::Listing>> ports;
  for (const auto& [name, slice] : world.slices())
    for (const auto& port : slice.ports)
      if (!slice.service.empty())
        ports[slice.service].try_emplace({port.name, port.protocol}, model::PortOf{port.name, port.protocol});
  for (const auto& [name, slice] : world.slices())
    for (auto& [port, listing] : ports[slice.service]) listing.add(slice);
  std::map<std::string, std::vector<EndpointId>> sets;
  for (const auto& [service, listings] : ports)
    for (const auto& [port, listing] : listings)
      for (auto& one : listing.routable()) sets[service].push_back(std::move(one));
  return sets;
}

// The endpoints that get connections and belong to the target: its pods', or all of a Service's.
long routable_endpoints(const World& world, const plan::Target& target) {
  std::set<std::string> uids;
  for (const auto& pod : world.pods_of(target.kind, target.name)) uids.insert(pod.meta.uid);
  long count = 0;
  for (const auto& [service, set] : routable_sets(world))
    for (const auto& one : set) {
      const bool ours = target.kind == "Service" ? service == target.name : uids.count(one.uid) != 0;
      if (ours) ++count;
    }
  return count;
}

Judged routable(const World& world, const plan::Target& target, bool wanted) {
  const auto count = routable_endpoints(world, target);
  const auto state = count == 0 ? std::string{"by the EndpointSlices no endpoint of it gets connections"}
                                : fmt::format("{} endpoints of it get connections", count);
  return (count > 0) == wanted ? yes(state) : not_yet(state);
}

std::string trouble_of(const model::Pod& pod) {
  auto out = fmt::format("Pod/{}: {}", pod.meta.name, pod.phase.empty() ? "no phase yet" : pod.phase);
  for (const auto& status : pod.statuses) {
    if (status.ready) continue;
    out += fmt::format(", container {} {}", status.name, status.state.empty() ? "not started" : status.state);
    if (!status.reason.empty()) out += " (" + status.reason + ")";
    if (status.restart_count > 0) out += fmt::format(", {} restarts", status.restart_count);
  }
  return out;
}

}  // namespace

Judged judge(const World& world, const plan::Target& target, const std::string& condition, const json* object) {
  if (condition == "Routable" || condition == "Unroutable") return routable(world, target, condition == "Routable");
  if (condition == "Deleted") return object == nullptr ? yes("deleted") : not_yet("still there");
  if (object == nullptr) return not_yet("does not exist");
  if (condition == "Exists") return yes("exists");
  if (condition == "RolledOut") return rolled_out(target.kind, *object);
  if (condition == "Complete" || condition == "Failed") return ended(target.kind, *object, condition == "Complete");
  if (condition == "Ready") return ready(target.kind, *object);
  if (!holds(*object, condition)) return not_yet("condition " + condition + " is not True");
  return number_at<long>(*object, "/status/observedGeneration", number_at<long>(*object, "/metadata/generation")) <
                 number_at<long>(*object, "/metadata/generation")
             ? not_yet("its newest spec has not been observed yet")
             : yes(condition);
}

std::string describe_trouble(const World& world, const plan::Target& target) {
  std::vector<std::string> lines;
  std::set<std::string> names{target.name};
  for (const auto& pod : world.pods_of(target.kind, target.name)) {
    names.insert(pod.meta.name);
    if (!pod.ready() && pod.phase != "Succeeded") lines.push_back(trouble_of(pod));
  }
  std::vector<model::KubeEvent> warnings;
  for (const auto* object : world.all("Event")) {
    auto event = model::project_kube_event(*object);
    if (event.type == "Warning" && names.count(event.regarding.name) != 0) warnings.push_back(std::move(event));
  }
  std::sort(warnings.begin(), warnings.end(),
            [](const auto& a, const auto& b) { return a.last_wall_ns < b.last_wall_ns; });
  if (lines.size() > 5) lines.resize(5);
  const std::size_t skip = warnings.size() > 5 ? warnings.size() - 5 : 0;
  for (std::size_t i = skip; i < warnings.size(); ++i)
    lines.push_back(fmt::format("{} {}: {}", warnings[i].regarding.display(), warnings[i].reason,
                                warnings[i].message.substr(0, 300)));
  std::string out;
  for (const auto& each : lines) out += "; " + each;
  return out;
}

}  // namespace straycat::runner
