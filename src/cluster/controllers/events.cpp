#include "cluster/controllers/events.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "cluster/kinds/json_help.hpp"

namespace straycat::cluster {
namespace {

// client-go's cache of known events has this many entries as well.
constexpr std::size_t known_limit = 4096;

std::string event_namespace_of(const json& object) {
  const auto ns = text_at(object, "/metadata/namespace");
  return ns.empty() ? "default" : ns;
}

json reference_to(const json& object) {
  auto reference = json::object();
  const std::pair<const char*, std::string> fields[] = {
      {"kind", string_or(object, "kind")},
      {"namespace", text_at(object, "/metadata/namespace")},
      {"name", text_at(object, "/metadata/name")},
      {"uid", text_at(object, "/metadata/uid")},
      {"apiVersion", string_or(object, "apiVersion")},
      {"resourceVersion", text_at(object, "/metadata/resourceVersion")}};
  for (const auto& [key, value] : fields)
    if (!value.empty()) reference[key] = value;
  return reference;
}

std::string micro_time(std::int64_t wall_ns) {
  const auto seconds = static_cast<std::time_t>(wall_ns / 1'000'000'000);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:06}Z", fmt::gmtime(seconds), wall_ns % 1'000'000'000 / 1000);
}

}  // namespace

EventRecorder::EventRecorder(Store& store, const Clock& clock, std::string component, std::string host)
    : store_(store), clock_(clock), component_(std::move(component)), host_(std::move(host)) {}

void EventRecorder::normal(const json& object, const std::string& reason, const std::string& message,
                           const std::string& field_path) {
  record(object, "Normal", reason, message, field_path);
}

void EventRecorder::warning(const json& object, const std::string& reason, const std::string& message,
                            const std::string& field_path) {
  record(object, "Warning", reason, message, field_path);
}

json EventRecorder::draft(const json& object, const std::string& type, const std::string& reason,
                          const std::string& message) const {
  auto event = json::object();
  event["kind"] = "Event";
  event["metadata"]["namespace"] = event_namespace_of(object);
  event["involvedObject"] = reference_to(object);
  event["type"] = type;
  event["reason"] = reason;
  event["message"] = message;
  event["reportingComponent"] = component_;
  return event;
}

// Events are named after their object and the instant; two in one nanosecond are told apart by the next free one.
std::string EventRecorder::create(json event) {
  const auto about = text_at(event, "/involvedObject/name");
  for (auto stamp = clock_.wall_ns();; ++stamp) {
    auto name = fmt::format("{}.{:016x}", about, stamp);
    event["metadata"]["name"] = name;
    const auto made = store_.create(event);
    if (made) return name;
    if (made.error().reason != "AlreadyExists") return {};
  }
}

void EventRecorder::record(const json& object, const std::string& type, const std::string& reason,
                           const std::string& message, const std::string& field_path) {
  const auto uid = text_at(object, "/metadata/uid");
  const auto what = fmt::format("{}\n{}\n{}\n{}\n{}", uid, field_path, type, reason, message);
  const auto now = kube_time(clock_.wall_seconds());
  const auto ns = event_namespace_of(object);
  if (const auto known = known_.find(what); known != known_.end()) {
    const auto counted = store_.mutate("Event", ns, known->second, [&](json& event) {
      event["count"] = integer_or(event, "count", 1) + 1;
      event["lastTimestamp"] = now;
      return true;
    });
    if (counted) return;
  }
  auto event = draft(object, type, reason, message);
  if (!field_path.empty()) event["involvedObject"]["fieldPath"] = field_path;
  event["source"]["component"] = component_;
  if (!host_.empty()) event["source"]["host"] = host_;
  event["reportingInstance"] = host_;
  event["firstTimestamp"] = event["lastTimestamp"] = now;
  event["count"] = 1;
  event["eventTime"] = nullptr;
  if (known_.size() >= known_limit) known_.clear();
  if (auto name = create(std::move(event)); !name.empty()) known_[what] = std::move(name);
}

void EventRecorder::action(const json& object, const std::string& type, const std::string& reason,
                           const std::string& action, const std::string& message) {
  auto event = draft(object, type, reason, message);
  event["source"] = json::object();
  event["firstTimestamp"] = event["lastTimestamp"] = nullptr;
  event["eventTime"] = micro_time(clock_.wall_ns());
  event["action"] = action;
  event["reportingInstance"] = component_ + "-straycat";
  create(std::move(event));
}

}  // namespace straycat::cluster
