#include <cmath>

#include <straycat/yaml/document.hpp>

namespace straycat::yaml {
namespace {

// Go writes 1000.0 as 1000: what an integer field of Kubernetes accepts from `1e3` must stay one.
nlohmann::json whole_number(double number) {
  constexpr double two_63 = 9223372036854775808.0;
  const bool whole = std::trunc(number) == number && std::fabs(number) < two_63;
  return whole ? nlohmann::json(static_cast<std::int64_t>(number)) : nlohmann::json(number);
}

}  // namespace

const Node::Pair* Node::find_pair(std::string_view key) const {
  for (const Pair& pair : pairs) {
    if (pair.key.value.get_ref<const std::string&>() == key) return &pair;
  }
  return nullptr;
}

const Node* Node::find(std::string_view key) const {
  const Pair* pair = find_pair(key);
  return pair == nullptr ? nullptr : &pair->value;
}

nlohmann::json Node::to_json() const {
  if (type == Type::sequence) {
    nlohmann::json list = nlohmann::json::array();
    for (const Node& item : items) list.push_back(item.to_json());
    return list;
  }
  if (type == Type::mapping) {
    nlohmann::json object = nlohmann::json::object();
    for (const Pair& pair : pairs) object[pair.key.value.get_ref<const std::string&>()] = pair.value.to_json();
    return object;
  }
  return type == Type::real ? whole_number(value.get<double>()) : value;
}

int Node::length() const {
  const bool one_line = type != Type::sequence && type != Type::mapping && start.line == end.line;
  return one_line && end.column > start.column ? end.column - start.column : 1;
}

std::string_view to_string(Node::Type type) {
  switch (type) {
    case Node::Type::null:
      return "nothing";
    case Node::Type::boolean:
      return "a boolean";
    case Node::Type::integer:
      return "a number";
    case Node::Type::real:
      return "a number";
    case Node::Type::string:
      return "text";
    case Node::Type::sequence:
      return "a list";
    case Node::Type::mapping:
      return "a mapping";
  }
  return "";
}

}  // namespace straycat::yaml
