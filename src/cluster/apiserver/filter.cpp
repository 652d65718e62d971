#include "cluster/apiserver/filter.hpp"

#include <algorithm>

#include "cluster/kinds/json_help.hpp"

namespace straycat::cluster {
namespace {

// pkg/apis/core/v1/conversion.go: AddFieldLabelConversionsFor*.
bool selectable(const KindRow& resource, const std::string& field) {
  const auto& own = resource.selectable;
  return field == "metadata.name" || field == "metadata.namespace" ||
         std::find(own.begin(), own.end(), field) != own.end();
}

std::string field_value(const json& object, const std::string& field) {
  if (field == "source") {  // pkg/registry/core/event ToSelectableFields
    const auto component = text_at(object, "/source/component");
    return component.empty() ? text_at(object, "/reportingComponent") : component;
  }
  // events.k8s.io has other names for what is stored.
  if (field == "reportingController") return text_at(object, "/reportingComponent");
  if (field.starts_with("regarding.")) return field_value(object, "involvedObject." + field.substr(10));
  if (field == "status.successful") return std::to_string(integer_or(object_or_empty(object, "status"), "succeeded"));
  std::string pointer = "/" + field;
  std::replace(pointer.begin(), pointer.end(), '.', '/');
  const json::json_pointer path{pointer};
  if (!object.contains(path)) return field == "spec.unschedulable" || field == "spec.hostNetwork" ? "false" : "";
  const auto& value = object.at(path);
  return value.is_string() ? value.get<std::string>() : value.dump();
}

StoreResult<std::vector<FieldTerm>> parse_fields(const KindRow& resource, const std::string& text) {
  std::vector<FieldTerm> out;
  for (std::size_t from = 0; from < text.size();) {
    const auto to = std::min(text.find(',', from), text.size());
    const auto part = text.substr(from, to - from);
    from = to + 1;
    if (part.empty()) continue;
    const auto equals = part.find('=');
    if (equals == std::string::npos || equals == 0)
      return bad_request("invalid selector: '" + text + "'; can't understand '" + part + "'");
    const bool negated = part[equals - 1] == '!';
    const auto value_at = part.find_first_not_of('=', equals);
    FieldTerm term{part.substr(0, negated ? equals - 1 : equals),
                   value_at == std::string::npos ? "" : part.substr(value_at), !negated};
    if (!selectable(resource, term.field)) {
      return bad_request("Unable to find \"" + resource.api_version() + ", Resource=" + resource.plural +
                         "\" that match label selector \"\", field selector \"" + text +
                         "\": field label not supported: " + term.field);
    }
    out.push_back(std::move(term));
  }
  return out;
}

}  // namespace

bool Filter::matches(const json& object) const {
  if (!ns.empty() && text_at(object, "/metadata/namespace") != ns) return false;
  if (!name.empty() && text_at(object, "/metadata/name") != name) return false;
  if (!labels.empty()) {
    model::Labels own;
    for (const auto& [key, value] : object_or_empty(object_or_empty(object, "metadata"), "labels").items()) {
      if (value.is_string()) own[key] = value.get<std::string>();
    }
    if (!model::matches(labels, own)) return false;
  }
  return std::all_of(fields.begin(), fields.end(),
                     [&](const auto& term) { return (field_value(object, term.field) == term.value) == term.equals; });
}

StoreResult<Filter> parse_filter(const KindRow& resource, const std::string& ns, const std::string& name,
                                 const std::map<std::string, std::string>& query) {
  Filter filter{ns, name, {}, {}};
  if (const auto at = query.find("labelSelector"); at != query.end() && !at->second.empty()) {
    auto parsed = model::parse_selector(at->second);
    if (!parsed) return bad_request("unable to parse requirement: " + parsed.error().message);
    filter.labels = std::move(*parsed);
  }
  if (const auto at = query.find("fieldSelector"); at != query.end() && !at->second.empty()) {
    auto parsed = parse_fields(resource, at->second);
    if (!parsed) return parsed.error();
    filter.fields = std::move(*parsed);
  }
  return filter;
}

}  // namespace straycat::cluster
