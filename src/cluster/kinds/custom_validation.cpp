#include <cmath>
#include <re2/re2.h>
#include <set>

#include <fmt/format.h>

#include "cluster/kinds/custom_schema.hpp"
#include "cluster/kinds/json_help.hpp"
#include "cluster/kinds/validation.hpp"

namespace straycat::cluster {
namespace {

// encoding/json's and swagger's names of what a value is.
std::string type_name(const json& value) {
  if (value.is_object()) return "object";
  if (value.is_array()) return "array";
  if (value.is_string()) return "string";
  if (value.is_boolean()) return "boolean";
  if (value.is_null()) return "null";
  return value.is_number_integer() ? "integer" : "number";
}

bool is_type(const json& value, const std::string& type) {
  if (type == "integer")
    return value.is_number_integer() || (value.is_number() && std::floor(value.get<double>()) == value.get<double>());
  return type_name(value) == type || (type == "number" && value.is_number());
}

std::string below(const std::string& field, const std::string& name) {
  return field.empty() ? name : field + "." + name;
}

// What is wrong with one value, said as `%s in body WHY`.
class Complaint {
 public:
  Complaint(Causes& causes, const std::string& field, const json& value)
      : causes_(causes), field_(field), value_(value) {}
  void operator()(const std::string& why) const { refuse(causes_, shown(), value_, field_ + " in body " + why); }
  [[nodiscard]] std::string shown() const { return field_.empty() ? "<nil>" : field_; }

 private:
  Causes& causes_;
  const std::string& field_;
  const json& value_;
};

std::string number_text(const json& value) {
  return value.is_number_integer() ? value.dump() : fmt::format("{}", value.get<double>());
}

void check_number(const Complaint& wrong, const json& value, const json& schema) {
  const auto number = value.get<double>();
  const auto bound = [&](const char* key) {
    return schema.contains(key) && schema[key].is_number() ? &schema[key] : nullptr;
  };
  const auto exclusive = [&](const char* key) { return schema.value(key, json(false)) == json(true); };
  if (const auto* most = bound("maximum")) {
    const bool strict = exclusive("exclusiveMaximum");
    if (number > most->get<double>() || (strict && number == most->get<double>()))
      wrong(std::string("should be less than ") + (strict ? "" : "or equal to ") + number_text(*most));
  }
  if (const auto* least = bound("minimum")) {
    const bool strict = exclusive("exclusiveMinimum");
    if (number < least->get<double>() || (strict && number == least->get<double>()))
      wrong(std::string("should be greater than ") + (strict ? "" : "or equal to ") + number_text(*least));
  }
  if (const auto* step = bound("multipleOf"); step != nullptr && step->get<double>() != 0) {
    const auto times = number / step->get<double>();
    if (std::abs(times - std::round(times)) > 1e-9) wrong("should be a multiple of " + number_text(*step));
  }
}

std::size_t characters(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::optional<std::size_t> size_of(const json& schema, const char* key) {
  const auto at = schema.find(key);
  if (at == schema.end() || !at->is_number_integer() || at->get<std::int64_t>() < 0) return std::nullopt;
  return at->get<std::size_t>();
}

// RE2 is Go's regexp in C++: the same patterns, and none that takes for ever.
void check_text(Causes& causes, const Complaint& wrong, const json& value, const json& schema) {
  const auto text = value.get<std::string>();
  const auto length = characters(text);
  if (const auto most = size_of(schema, "maxLength"); most && length > *most)
    causes.push_back(
        {"FieldValueTooLong", fmt::format("Too long: may not be more than {} bytes", *most), wrong.shown()});
  if (const auto least = size_of(schema, "minLength"); least && length < *least)
    wrong(fmt::format("should be at least {} chars long", *least));
  const auto pattern = string_or(schema, "pattern");
  if (pattern.empty()) return;
  const RE2 expression(pattern, RE2::Quiet);
  if (expression.ok() && !RE2::PartialMatch(text, expression)) wrong("should match '" + pattern + "'");
}

void check_list(Causes& causes, const std::string& field, const Complaint& wrong, const json& list,
                const json& schema) {
  if (const auto most = size_of(schema, "maxItems"); most && list.size() > *most)
    causes.push_back({"FieldValueTooMany", fmt::format("Too many: {}: must have at most {} items", list.size(), *most),
                      wrong.shown()});
  if (const auto least = size_of(schema, "minItems"); least && list.size() < *least)
    wrong(fmt::format("should have at least {} items", *least));
  const bool set =
      schema.value("uniqueItems", json(false)) == json(true) || string_or(schema, "x-kubernetes-list-type") == "set";
  std::set<json> seen;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const auto place = fmt::format("{}[{}]", field, i);
    if (set && !seen.insert(list[i]).second)
      causes.push_back({"FieldValueDuplicate",
                        "Duplicate value: " + list[i].dump(-1, ' ', false, json::error_handler_t::replace), place});
    validate_by_schema(causes, place, list[i], object_or_empty(schema, "items"));
  }
}

void check_object(Causes& causes, const std::string& field, const Complaint& wrong, const json& object,
                  const json& schema) {
  if (const auto most = size_of(schema, "maxProperties"); most && object.size() > *most)
    wrong(fmt::format("should have at most {} properties", *most));
  if (const auto least = size_of(schema, "minProperties"); least && object.size() < *least)
    wrong(fmt::format("should have at least {} properties", *least));
  for (const auto& name : array_or_empty(schema, "required"))
    if (name.is_string() && !object.contains(name.get<std::string>()))
      require(causes, below(field, name.get<std::string>()));
  const auto& properties = object_or_empty(schema, "properties");
  const auto& others = object_or_empty(schema, "additionalProperties");
  for (const auto& [name, value] : object.items()) {
    const auto own = properties.find(name);
    if (own != properties.end())
      validate_by_schema(causes, below(field, name), value, *own);
    else if (!others.empty())
      validate_by_schema(causes, below(field, name), value, others);
  }
}

void check_enum(Causes& causes, const Complaint& wrong, const json& value, const json& schema) {
  const auto& allowed = array_or_empty(schema, "enum");
  if (allowed.empty() || std::find(allowed.begin(), allowed.end(), value) != allowed.end()) return;
  std::vector<std::string> names;
  for (const auto& one : allowed) names.push_back(one.is_string() ? one.get<std::string>() : one.dump());
  refuse_unsupported(causes, wrong.shown(), value, names);
}

bool fits(const json& value, const json& schema) {
  Causes problems;
  validate_by_schema(problems, "", value, schema);
  return problems.empty();
}

void check_junctors(Causes& causes, const std::string& field, const Complaint& wrong, const json& value,
                    const json& schema) {
  const auto fitting = [&](const json& all) {
    return std::count_if(all.begin(), all.end(), [&](const json& one) { return fits(value, one); });
  };
  const auto say = [&](const std::string& why) {
    refuse(causes, wrong.shown(), value, json(field).dump() + " " + why);
  };
  for (const auto& one : array_or_empty(schema, "allOf")) validate_by_schema(causes, field, value, one);
  if (const auto& any = array_or_empty(schema, "anyOf"); !any.empty() && fitting(any) == 0)
    say("must validate at least one schema (anyOf)");
  if (const auto& one = array_or_empty(schema, "oneOf"); !one.empty()) {
    const auto count = fitting(one);
    if (count != 1)
      say(count == 0
              ? "must validate one and only one schema (oneOf). Found none valid"
              : fmt::format("must validate one and only one schema (oneOf). Found {} valid alternatives", count));
  }
  if (const auto& no = object_or_empty(schema, "not"); !no.empty() && fits(value, no))
    say("must not validate the schema (not)");
}

void check_type(Causes& causes, const Complaint& wrong, const json& value, const std::string& type,
                const std::string& field) {
  const auto found = type_name(value);
  causes.push_back({"FieldValueTypeInvalid",
                    fmt::format("Invalid value: \"{0}\": {1} in body must be of type {2}: \"{0}\"", found, field, type),
                    wrong.shown()});
}

}  // namespace

void validate_by_schema(Causes& causes, const std::string& field, const json& value, const json& schema) {
  const Complaint wrong{causes, field, value};
  if (!schema.is_object()) return;
  if (value.is_null() && schema.value("nullable", json(false)) == json(true)) return;
  if (schema.value("x-kubernetes-int-or-string", json(false)) == json(true)) {
    if (!value.is_string() && !value.is_number_integer())
      return check_type(causes, wrong, value, "integer,string", field);
  } else if (const auto type = string_or(schema, "type"); !type.empty() && !is_type(value, type)) {
    return check_type(causes, wrong, value, type, field);
  }
  if (value.is_number()) check_number(wrong, value, schema);
  if (value.is_string()) check_text(causes, wrong, value, schema);
  if (value.is_array()) check_list(causes, field, wrong, value, schema);
  if (value.is_object()) check_object(causes, field, wrong, value, schema);
  check_enum(causes, wrong, value, schema);
  check_junctors(causes, field, wrong, value, schema);
}

}  // namespace straycat::cluster
