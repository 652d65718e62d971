#include "shape.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "formats.hpp"

namespace straycat::scenario {
namespace {

using json = nlohmann::json;
using yaml::Node;
using Type = Node::Type;

bool whole(const Node& node) {
  if (node.type == Type::integer) return true;
  return node.type == Type::real && std::trunc(node.value.get<double>()) == node.value.get<double>();
}

bool has_type(const Node& node, const std::string& type) {
  if (type == "object") return node.type == Type::mapping;
  if (type == "array") return node.type == Type::sequence;
  if (type == "string") return node.type == Type::string;
  if (type == "boolean") return node.type == Type::boolean;
  return type == "integer" && whole(node);
}

std::string_view name_of(const std::string& type) {
  if (type == "object") return "a mapping";
  if (type == "array") return "a list";
  if (type == "boolean") return "true or false";
  return type == "integer" ? "a whole number" : "text";
}

std::string shortened(const std::string& text) {
  constexpr std::size_t most = 60;
  if (text.size() <= most) return text;
  std::size_t end = most;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;  // never inside a character
  return text.substr(0, end) + "...";
}

// How a message shows what was found: scalars as they stand, the rest by kind.
std::string shown(const Node& node) {
  if (node.type == Type::null) return node.scalar.empty() ? "nothing" : node.scalar;
  if (node.type == Type::sequence || node.type == Type::mapping) return std::string(to_string(node.type));
  const std::string text = shortened(node.scalar);
  if (node.type == Type::string) return '"' + text + '"';
  return node.type == Type::boolean ? fmt::format("{} (a boolean)", text) : fmt::format("{} (a number)", text);
}

std::string joined(const json& list) {
  std::vector<std::string> words;
  for (const json& word : list) words.push_back(word.get<std::string>());
  return fmt::format("{}", fmt::join(words, ", "));
}

std::vector<std::string> keys_of(const json& object) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : object.items()) keys.push_back(key);
  return keys;
}

class Walk {
 public:
  Walk(const json& schema, const Source& source, Problems& problems)
      : schema_(schema), source_(source), problems_(problems) {}

  // `name` is the key (or the list's key) under which the node stands.
  void check(const Node& node, const json& written, const std::string& name) {
    const json& rule = resolve(written);
    if (rule.contains("const")) return check_words(node, json::array({rule["const"]}), name);
    if (rule.contains("enum")) {
      if (const auto why = refusal(node, rule); !why.empty())
        return add(node,
                   fmt::format("\"{}\" cannot be {}: {}; it can be {}", name, node.scalar, why, joined(rule["enum"])));
      return check_words(node, rule["enum"], name);
    }
    if (rule.contains("anyOf")) return check_any(node, rule, name);
    if (!has_type(node, rule["type"])) return wrong(node, rule, name);
    if (node.type == Type::mapping) return check_mapping(node, rule, name);
    if (node.type == Type::sequence) return check_list(node, rule, name);
    check_scalar(node, rule, name);
  }

 private:
  const json& resolve(const json& rule) const {
    const auto ref = rule.find("$ref");
    if (ref == rule.end()) return rule;
    return schema_.at(json::json_pointer(ref->get_ref<const std::string&>().substr(1)));
  }

  void add(const Node& node, std::string message) { problems_.add(source_, node, std::move(message)); }

  void wrong(const Node& node, const json& rule, const std::string& name) {
    const std::string expected = rule.contains("x-expected") ? rule["x-expected"].get<std::string>()
                                                             : std::string(name_of(rule.value("type", "string")));
    add(node, fmt::format("\"{}\" takes {}, not {}{}", name, expected, shown(node), repair(node, rule)));
  }

  // A bare number where a unit is missing.
  static std::string repair(const Node& node, const json& rule) {
    const std::string check = rule.value("x-check", "");
    for (const auto& [wanted, unit] : {std::pair("duration", "s"), std::pair("rate", "/s")}) {
      if (check == wanted && !node.scalar.empty() && passes(check, node.scalar + unit)) {
        return fmt::format(" (did you mean {}{}?)", node.scalar, unit);
      }
    }
    return "";
  }

  // Why this very word is refused; "" when the rule does not say.
  static std::string refusal(const Node& node, const json& rule) {
    const auto refused = rule.find("x-refused");
    if (refused == rule.end() || node.type != Type::string) return "";
    const auto why = refused->find(node.scalar);
    return why == refused->end() ? "" : why->get<std::string>();
  }

  void check_words(const Node& node, const json& words, const std::string& name) {
    const bool known = std::any_of(words.begin(), words.end(), [&](const json& word) { return node.value == word; });
    if (known && node.type == Type::string) return;
    const std::string near = yaml::suggestion(node.scalar, words.get<std::vector<std::string>>());
    if (!near.empty()) return add(node, fmt::format("\"{}\" cannot be {}{}", name, shown(node), near));
    const std::string_view of = words.size() == 1 ? "" : "one of ";
    add(node, fmt::format("\"{}\" takes {}{}, not {}", name, of, joined(words), shown(node)));
  }

  // The branches differ by type, so the node's own type chooses the one whose complaint helps.
  void check_any(const Node& node, const json& rule, const std::string& name) {
    for (const json& branch : rule["anyOf"]) {
      if (has_type(node, resolve(branch)["type"])) return check(node, branch, name);
    }
    wrong(node, rule, name);
  }

  void check_scalar(const Node& node, const json& rule, const std::string& name) {
    bool fits = true;
    if (node.type == Type::string) {
      const auto length = code_points(node.scalar);
      fits = length >= rule.value("minLength", std::size_t{0}) && length <= rule.value("maxLength", std::string::npos);
      if (fits && rule.contains("x-check")) fits = passes(rule["x-check"].get_ref<const std::string&>(), node.scalar);
    } else if (rule["type"] == "integer") {
      const double number = node.value.get<double>();
      fits = number >= rule.value("minimum", -9.0e15) && number <= rule.value("maximum", 9.0e15);
    }
    if (!fits) wrong(node, rule, name);
  }

  static std::size_t code_points(const std::string& text) {
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
  }

  void check_list(const Node& node, const json& rule, const std::string& name) {
    if (node.items.size() < rule.value("minItems", std::size_t{0}))
      return add(node, fmt::format("\"{}\" is an empty list", name));
    if (!rule.contains("items")) return;
    const std::string singular = name.ends_with('s') ? name.substr(0, name.size() - 1) : name;  // steps -> step
    for (const Node& item : node.items) check(item, rule["items"], singular);
  }

  void check_mapping(const Node& node, const json& rule, const std::string& name) {
    if (node.pairs.size() < rule.value("minProperties", std::size_t{0}))
      add(node, fmt::format("\"{}\" is empty", name));
    std::set<std::string> slips;  // keys that are there, but misspelled: not missing as well
    for (const Node::Pair& pair : node.pairs) check_pair(pair, rule, name, slips);
    for (const json& each : rule.value("required", json::array())) {
      const auto& key = each.get_ref<const std::string&>();
      if (node.find(key) == nullptr && !slips.contains(key))
        add(node, fmt::format("\"{}\" needs the key {}", name, key));
    }
    if (rule.contains("oneOf")) check_one_of(node, rule["oneOf"], name, slips);
    const json dependent = rule.value("dependentRequired", json::object());  // a name of its own: items() would dangle
    for (const auto& [key, needed] : dependent.items()) check_dependent(node, key, needed);
  }

  void check_pair(const Node::Pair& pair, const json& rule, const std::string& name, std::set<std::string>& slips) {
    const auto& key = pair.key.value.get_ref<const std::string&>();
    const json none = json::object();
    const json& properties = rule.contains("properties") ? rule["properties"] : none;
    if (const auto found = properties.find(key); found != properties.end()) return check(pair.value, *found, key);
    const auto others = rule.find("additionalProperties");
    if (others == rule.end()) return;
    if (others->is_object()) return check(pair.value, *others, key);
    const std::vector<std::string> known = keys_of(properties);
    const std::string near = yaml::suggestion(key, known);
    if (const auto meant = yaml::did_you_mean(key, known)) slips.insert(*meant);
    add(pair.key, near.empty()
                      ? fmt::format("unknown key \"{}\" in \"{}\": it knows {}", key, name, fmt::join(known, ", "))
                      : fmt::format("unknown key \"{}\"{}", key, near));
  }

  // [{"required": ["a"]}, {"required": ["b"]}]: exactly one of these keys.
  void check_one_of(const Node& node, const json& choices, const std::string& name,
                    const std::set<std::string>& slips) {
    std::vector<std::string> all;
    std::vector<const Node::Pair*> present;
    for (const json& choice : choices) {
      all.push_back(choice["required"][0].get<std::string>());
      if (const Node::Pair* pair = node.find_pair(all.back())) present.push_back(pair);
    }
    if (present.empty() &&
        std::any_of(all.begin(), all.end(), [&](const std::string& key) { return slips.contains(key); }))
      return;
    if (present.empty()) return add(node, fmt::format("\"{}\" needs one of the keys {}", name, fmt::join(all, ", ")));
    std::sort(present.begin(), present.end(), [](const auto* a, const auto* b) {
      return std::pair(a->key.start.line, a->key.start.column) < std::pair(b->key.start.line, b->key.start.column);
    });
    if (present.size() < 2) return;
    add(present[1]->key, fmt::format("\"{}\" beside \"{}\": a {} takes only one of them", present[1]->key.scalar,
                                     present[0]->key.scalar, name));
  }

  void check_dependent(const Node& node, const std::string& key, const json& needed) {
    const Node::Pair* pair = node.find_pair(key);
    if (pair == nullptr) return;
    for (const json& other : needed) {
      if (node.find(other.get_ref<const std::string&>()) != nullptr) continue;
      add(pair->key, fmt::format("\"{}\" goes with \"{}\" only", key, other.get<std::string>()));
    }
  }

  const json& schema_;
  const Source& source_;
  Problems& problems_;
};

}  // namespace

void check_shape(const Node& root, const json& schema, const Source& source, Problems& problems) {
  Walk(schema, source, problems).check(root, schema, "scenario");
}

}  // namespace straycat::scenario
