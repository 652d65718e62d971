#include "cluster/kinds/validation.hpp"

#include <algorithm>

#include "cluster/kinds/labels.hpp"
#include "cluster/kinds/row.hpp"

namespace straycat::cluster {
namespace {

constexpr const char* label_rule =
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with "
    "an alphanumeric "
    "character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
constexpr const char* subdomain_rule =
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and "
    "end with an "
    "alphanumeric character (e.g. 'example.com', regex used for validation is "
    "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
constexpr const char* label_value_rule =
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and "
    "end with an "
    "alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is "
    "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
constexpr const char* qualified_name_rule =
    "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric "
    "character (e.g. "
    "'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

bool lower_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }
bool alphanumeric(char c) { return lower_or_digit(c) || (c >= 'A' && c <= 'Z'); }

bool is_dns_label(std::string_view text) {
  return !text.empty() && lower_or_digit(text.front()) && lower_or_digit(text.back()) &&
         std::all_of(text.begin(), text.end(), [](char c) { return lower_or_digit(c) || c == '-'; });
}

bool is_subdomain(std::string_view text) {
  for (std::size_t from = 0; from <= text.size();) {
    const auto to = std::min(text.find('.', from), text.size());
    if (!is_dns_label(text.substr(from, to - from))) return false;
    from = to + 1;
  }
  return true;
}

bool is_name_part(std::string_view text) {
  return !text.empty() && alphanumeric(text.front()) && alphanumeric(text.back()) &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return alphanumeric(c) || c == '-' || c == '_' || c == '.'; });
}

void check_name(Causes& causes, const json& object) {
  const auto& meta = object_or_empty(object, "metadata");
  auto name = string_or(meta, "name");
  auto field = std::string("metadata.name");
  if (name.empty()) {
    const auto prefix = string_or(meta, "generateName");
    if (prefix.empty()) return require(causes, field, "name or generateName is required");
    field = "metadata.generateName";
    name = prefix + "x";  // what a generated name will look like
  }
  const auto* row = built_in_row(object);
  const auto naming = row == nullptr ? Naming::subdomain : row->naming;
  if (naming == Naming::path_segment) return;  // with colons
  if (naming == Naming::label) {
    if (!is_dns_label(name)) return refuse(causes, field, name, label_rule);
    if (name.size() > 63) refuse(causes, field, name, "must be no more than 63 bytes");
  } else if (!is_subdomain(name)) {
    refuse(causes, field, name, subdomain_rule);
  } else if (name.size() > 253) {
    refuse(causes, field, name, "must be no more than 253 bytes");
  }
}

void keep_unchanged(Causes& causes, const json& object, const json& current, const char* key) {
  const auto& now = object_or_empty(object, "spec");
  const auto& old = object_or_empty(current, "spec");
  if (now.value(key, json()) == old.value(key, json())) return;
  refuse(causes, "spec." + std::string(key), now.value(key, json()), "field is immutable");
}

}  // namespace

void require(Causes& causes, const std::string& field, const std::string& detail) {
  causes.push_back({"FieldValueRequired", detail.empty() ? "Required value" : "Required value: " + detail, field});
}

void refuse(Causes& causes, const std::string& field, const json& value, const std::string& why) {
  causes.push_back({"FieldValueInvalid",
                    "Invalid value: " + value.dump(-1, ' ', false, json::error_handler_t::replace) + ": " + why,
                    field});
}

void refuse_unsupported(Causes& causes, const std::string& field, const json& value,
                        const std::vector<std::string>& supported) {
  std::string all;
  for (const auto& item : supported) all += (all.empty() ? "" : ", ") + json(item).dump();
  causes.push_back(
      {"FieldValueNotSupported", "Unsupported value: " + value.dump() + ": supported values: " + all, field});
}

void check_port(Causes& causes, const std::string& field, const json& port) {
  if (!port.is_number_integer() || port.get<std::int64_t>() < 1 || port.get<std::int64_t>() > 65535) {
    refuse(causes, field, port, "must be between 1 and 65535, inclusive");
  }
}

void check_immutable(Causes& causes, const json& object, const json& current, const std::vector<const char*>& fields) {
  if (current.value("immutable", json(false)) != json(true)) return;
  const auto refuse_change = [&](const char* field) {
    causes.push_back({"FieldValueForbidden", "Forbidden: field is immutable when `immutable` is set", field});
  };
  if (object.value("immutable", json(false)) != json(true)) refuse_change("immutable");
  for (const char* field : fields)
    if (object.value(field, json::object()) != current.value(field, json::object())) refuse_change(field);
}

void check_file_key(Causes& causes, const std::string& field, const std::string& key) {
  constexpr const char* letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._";
  constexpr const char* rule =
      "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name', or 'KEY_NAME', or "
      "'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";
  if (key.size() > 253) refuse(causes, field, key, "must be no more than 253 characters");
  if (key.empty() || key.find_first_not_of(letters) != std::string::npos) refuse(causes, field, key, rule);
  if (key == ".") refuse(causes, field, key, "must not be '.'");
  if (key == "..")
    refuse(causes, field, key, "must not be '..'");
  else if (key.starts_with(".."))
    refuse(causes, field, key, "must not start with '..'");
}

void check_volume_path(Causes& causes, const std::string& field, const std::string& path) {
  if (path.starts_with("/")) refuse(causes, field, path, "must be a relative path");
  for (std::size_t begin = 0; begin <= path.size();) {
    const auto end = std::min(path.find('/', begin), path.size());
    if (path.substr(begin, end - begin) == "..") return refuse(causes, field, path, "must not contain '..'");
    begin = end + 1;
  }
  if (path.starts_with("..")) refuse(causes, field, path, "must not start with '..'");
}

void check_label_name(Causes& causes, const std::string& field, const std::string& name) {
  if (!is_dns_label(name)) return refuse(causes, field, name, label_rule);
  if (name.size() > 63) refuse(causes, field, name, "must be no more than 63 bytes");
}

void check_labels(Causes& causes, const std::string& field, const json& labels) {
  for (const auto& [key, value] : labels.items()) {
    const auto slash = key.find('/');
    const auto name = slash == std::string::npos ? key : key.substr(slash + 1);
    if (!is_name_part(name)) refuse(causes, field, key, qualified_name_rule);
    if (slash != std::string::npos && !is_subdomain(key.substr(0, slash)))
      refuse(causes, field, key, std::string("prefix part ") + subdomain_rule);
    if (name.size() > 63) refuse(causes, field, key, "name part must be no more than 63 bytes");
    if (!value.is_string()) continue;
    const auto text = value.get<std::string>();
    if (!text.empty() && !is_name_part(text)) refuse(causes, field, text, label_value_rule);
    if (text.size() > 63) refuse(causes, field, text, "must be no more than 63 bytes");
  }
}

void check_not_negative(Causes& causes, const json& spec, const char* key) {
  if (const auto value = integer_or(spec, key); value < 0)
    refuse(causes, "spec." + std::string(key), value, "must be greater than or equal to 0");
}

void check_template(Causes& causes, const json& spec, const std::vector<std::string>& restart_policies) {
  const auto& pod = object_or_empty(spec, "template");
  check_labels(causes, "spec.template.labels", object_or_empty(object_or_empty(pod, "metadata"), "labels"));
  const auto& pod_spec = object_or_empty(pod, "spec");
  validate_pod_spec(causes, "spec.template.spec", pod_spec);
  const auto policy = string_or(pod_spec, "restartPolicy");
  if (std::find(restart_policies.begin(), restart_policies.end(), policy) != restart_policies.end()) return;
  if (restart_policies.size() > 1 && policy == "Always") {
    return require(causes, "spec.template.spec.restartPolicy", "valid values: \"OnFailure\", \"Never\"");
  }
  refuse_unsupported(causes, "spec.template.spec.restartPolicy", policy, restart_policies);
}

void check_selector(Causes& causes, const json& spec, const std::string& kind) {
  const auto& selector = object_or_empty(spec, "selector");
  if (!spec.contains("selector")) return require(causes, "spec.selector");
  const auto parsed = label_selector(selector);
  if (parsed.empty()) return refuse(causes, "spec.selector", selector, "empty selector is invalid for " + kind);
  const auto& labels = object_or_empty(object_or_empty(object_or_empty(spec, "template"), "metadata"), "labels");
  if (!model::matches(parsed, labels_of(object_or_empty(spec, "template")))) {
    refuse(causes, "spec.template.metadata.labels", labels, "`selector` does not match template `labels`");
  }
}

Causes validate(const json& object) {
  Causes causes;
  check_name(causes, object);
  check_labels(causes, "metadata.labels", object_or_empty(object_or_empty(object, "metadata"), "labels"));
  const auto* row = built_in_row(object);
  if (row != nullptr && row->validate != nullptr) row->validate(causes, object);
  return causes;
}

Causes validate_update(const json& object, const json& current) {
  Causes causes;
  const auto* row = built_in_row(object);
  if (row == nullptr) return causes;
  for (const char* key : row->fixed) keep_unchanged(causes, object, current, key);
  if (row->validate_update != nullptr) row->validate_update(causes, object, current);
  return causes;
}

}  // namespace straycat::cluster
