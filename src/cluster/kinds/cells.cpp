#include "cluster/kinds/cells.hpp"

#include <string_view>

#include <fmt/format.h>

#include <straycat/core/time.hpp>

namespace straycat::cluster {
namespace cells {
namespace {

constexpr std::int64_t second_ns = 1'000'000'000;

}  // namespace

// The value at a path of keys, or null: cells are made from whatever the objects hold.
const json& at(const json& object, std::initializer_list<const char*> path) {
  static const json none;
  const json* here = &object;
  for (const char* key : path) {
    if (!here->is_object()) return none;
    const auto found = here->find(key);
    if (found == here->end()) return none;
    here = &*found;
  }
  return *here;
}

std::string text(const json& value, const std::string& fallback) {
  return value.is_string() && !value.get_ref<const std::string&>().empty() ? value.get<std::string>() : fallback;
}
std::int64_t count(const json& value) { return value.is_number_integer() ? value.get<std::int64_t>() : 0; }

std::string name_of(const json& object) { return text(at(object, {"metadata", "name"})); }

std::string since(const json& time, std::int64_t now_ns) {
  const Result<std::int64_t> then =
      time.is_string() ? parse_wall(time.get_ref<const std::string&>()) : Result<std::int64_t>(bad_input(""));
  return then ? human_duration((now_ns - *then) / second_ns) : "<unknown>";
}
std::string age(const json& object, std::int64_t now_ns) {
  return since(at(object, {"metadata", "creationTimestamp"}), now_ns);
}

std::string joined(const json& map) {
  std::string all;
  if (!map.is_object()) return "<none>";
  for (const auto& [key, value] : map.items())
    all += fmt::format("{}{}={}", all.empty() ? "" : ",", key, text(value, ""));
  return all.empty() ? "<none>" : all;
}

bool has_condition(const json& object, std::string_view type) {
  for (const json& condition : at(object, {"status", "conditions"})) {
    if (text(at(condition, {"type"})) == type && text(at(condition, {"status"})) == "True") return true;
  }
  return false;
}

namespace {

// A field of every container, joined by commas.
std::string containers(const json& pod_spec, const char* field) {
  std::string all;
  for (const json& container : at(pod_spec, {"containers"}))
    all += (all.empty() ? "" : ",") + text(at(container, {field}), "");
  return all;
}

// A LabelSelector, or a ReplicationController's map of labels.
std::string selector_cell(const json& selector) {
  std::string all;
  const bool plain =
      selector.is_object() && !selector.contains("matchLabels") && !selector.contains("matchExpressions");
  const json& labels = plain ? selector : at(selector, {"matchLabels"});
  if (labels.is_object() && !labels.empty()) all = joined(labels);
  for (const json& rule : at(selector, {"matchExpressions"}))
    all +=
        fmt::format("{}{} {}", all.empty() ? "" : ",", text(at(rule, {"key"}), ""), text(at(rule, {"operator"}), ""));
  return all.empty() ? "<none>" : all;
}

}  // namespace

void add_template(json& cells, const json& object) {
  const json& spec = at(object, {"spec", "template", "spec"});
  cells.push_back(containers(spec, "name"));
  cells.push_back(containers(spec, "image"));
  cells.push_back(selector_cell(at(object, {"spec", "selector"})));
}

}  // namespace cells

std::vector<Column> workload_columns(std::initializer_list<Column> own) {
  std::vector<Column> columns{name_column};
  columns.insert(columns.end(), own);
  columns.push_back(age_column);
  columns.push_back({"Containers", "string", 1, "Names of each container in the template."});
  columns.push_back({"Images", "string", 1, "Images referenced by each container in the template."});
  columns.push_back({"Selector", "string", 1, "Label selector for pods."});
  return columns;
}

std::string human_duration(std::int64_t seconds) {
  if (seconds < 0) return seconds < -1 ? "<invalid>" : "0s";
  if (seconds < 120) return fmt::format("{}s", seconds);
  const auto two = [](std::int64_t big, const char* unit, std::int64_t small, const char* rest) {
    return small == 0 ? fmt::format("{}{}", big, unit) : fmt::format("{}{}{}{}", big, unit, small, rest);
  };
  const std::int64_t minutes = seconds / 60, hours = seconds / 3600;
  if (minutes < 10) return two(minutes, "m", seconds % 60, "s");
  if (minutes < 180) return fmt::format("{}m", minutes);
  if (hours < 8) return two(hours, "h", minutes % 60, "m");
  if (hours < 48) return fmt::format("{}h", hours);
  if (hours < 192) return two(hours / 24, "d", hours % 24, "h");
  if (hours < 24 * 365 * 2) return fmt::format("{}d", hours / 24);
  if (hours < 24 * 365 * 8) return two(hours / 24 / 365, "y", hours / 24 % 365, "d");
  return fmt::format("{}y", hours / 24 / 365);
}

}  // namespace straycat::cluster
