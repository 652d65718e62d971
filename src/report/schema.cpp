// The JSON Schema of the JSON report. Within "straycat.report/1" members may be added, never removed or changed.
#include <straycat/report/report.hpp>

namespace straycat::report {
namespace {

using json = nlohmann::json;

json type(const char* name) { return json::object({{"type", name}}); }
json nullable(const char* name) { return json::object({{"type", json::array({name, "null"})}}); }
json list(json items) { return json::object({{"type", "array"}, {"items", std::move(items)}}); }
json counts() { return json::object({{"type", "object"}, {"additionalProperties", type("integer")}}); }
json one_of(json values) { return json::object({{"enum", std::move(values)}}); }

// An object whose named members must all be there; others may be added by later versions.
json record(json members, json optional = json::object()) {
  json required = json::array();
  for (const auto& [name, unused] : members.items()) required.push_back(name);
  members.update(optional);
  return json::object({{"type", "object"}, {"required", std::move(required)}, {"properties", std::move(members)}});
}

json run_schema() {
  json members = json::object({{"seed", type("integer")}, {"lengthNs", type("integer")}});
  for (const char* name : {"id", "scenario", "version", "namespace", "cluster", "clusterVersion", "dataPlane",
                           "started", "ended", "referenceClock"}) {
    members[name] = type("string");
  }
  return record(std::move(members));
}

json verdict_schema() {
  return record(json::object({{"conclusion", one_of(json::array({"none", "found", "inconclusive"}))},
                              {"headline", type("string")},
                              {"reasons", list(type("string"))},
                              {"findings", list(type("object"))},
                              {"phases", list(type("object"))},
                              {"expectations", list(type("object"))},
                              {"exitCode", one_of(json::array({0, 1, 2, 4}))}}));
}

json endpoint_schema() {
  return record(
      json::object({{"service", type("string")},
                    {"address", type("string")},
                    {"port", type("integer")},
                    {"pod", type("string")},
                    {"podUid", type("string")},
                    {"owner", nullable("string")},
                    {"stray", type("boolean")},
                    {"routable", list(record(json::object({{"fromNs", type("integer")}, {"toNs", type("integer")}})))},
                    {"directProbes", record(json::object({{"sent", type("integer")}, {"ok", type("integer")}}))}}));
}

json burst_schema() {
  return record(json::object({{"firstNs", nullable("integer")},
                              {"lastNs", nullable("integer")},
                              {"failed", type("integer")},
                              {"attempts", type("integer")},
                              {"kinds", counts()},
                              {"lastOkBeforeNs", nullable("integer")},
                              {"firstOkAfterNs", nullable("integer")}}),
                json::object({{"onsetAfterChangeNs", type("integer")}, {"endAfterChangeNs", type("integer")}}));
}

json traffic_schema() {
  const json quantiles = json::object({{"p50", type("integer")}, {"p99", type("integer")}, {"max", type("integer")}});
  return record(
      json::object({{"name", type("string")},
                    {"vantage", type("string")},
                    {"attempts", type("integer")},
                    {"ok", type("integer")},
                    {"failed", type("integer")},
                    {"unfinished", type("integer")},
                    {"kinds", counts()},
                    {"latencyNs", record(quantiles)},
                    {"latenessNs", record(json::object({{"p99", type("integer")}, {"max", type("integer")}}))},
                    {"bursts", list(burst_schema())}}));
}

json moment_schema() {
  return record(json::object({{"atNs", type("integer")},
                              {"errorNs", nullable("integer")},
                              {"wall", type("string")},
                              {"topic", one_of(json::array({"step", "endpoint", "event", "failures", "blind", "run"}))},
                              {"text", type("string")},
                              {"bad", type("boolean")}}),
                json::object({{"details", list(type("string"))}}));
}

}  // namespace

json json_schema() {
  json schema = record(json::object({{"format", json::object({{"const", "straycat.report/1"}})},
                                     {"run", run_schema()},
                                     {"verdict", verdict_schema()},
                                     {"endpoints", list(endpoint_schema())},
                                     {"traffic", list(traffic_schema())},
                                     {"timeline", list(moment_schema())}}));
  schema["$schema"] = "https://json-schema.org/draft/2020-12/schema";
  schema["title"] = "straycat report";
  return schema;
}

}  // namespace straycat::report
