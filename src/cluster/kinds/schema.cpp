#include "cluster/kinds/schema.hpp"

#include <algorithm>

#include "cluster/kinds/custom_schema.hpp"
#include "cluster/kinds/json_help.hpp"
#include "cluster/kinds/row.hpp"

namespace straycat::cluster {
namespace {

using Kind = Type::Kind;

std::vector<std::string> split(std::string_view text, char at) {
  std::vector<std::string> out;
  for (std::size_t from = 0; from <= text.size();) {
    const auto to = std::min(text.find(at, from), text.size());
    out.emplace_back(text.substr(from, to - from));
    from = to + 1;
  }
  return out;
}

// The letter of a type that is neither a list, a map nor a struct.
Type plain_type(char letter) {
  const bool pointer = letter >= 'A' && letter <= 'Z';
  switch (pointer ? static_cast<char>(letter - 'A' + 'a') : letter) {
    case 's':
      return {.kind = Kind::string, .pointer = pointer};
    case 'y':
      return {.kind = Kind::string, .wire = Type::Wire::bytes};
    case 'n':
      return {.kind = Kind::number, .pointer = pointer};
    case 'b':
      return {.kind = Kind::boolean, .pointer = pointer};
    case 'q':
      return {.kind = Kind::scalar, .wire = Type::Wire::quantity};
    case 't':
      return {.kind = Kind::scalar, .wire = Type::Wire::time};
    case 'i':
      return {.kind = Kind::scalar, .wire = Type::Wire::int_or_string};
    case 'f':
      return {.kind = Kind::number, .wire = Type::Wire::real, .pointer = pointer};
    case 'o':
      return {.wire = Type::Wire::schema_or_bool};
    case 'l':
      return {.wire = Type::Wire::schema_or_list};
    case 'w':
      return {.wire = Type::Wire::schema_or_words};
    default:
      return {};
  }
}

// Reads one TYPE of schema_data.cpp. Structures are looked up, so that they must all be in `known` (still empty ones
// will do).
Type parse_type(std::string_view text, const std::map<std::string, Structure>& known) {
  const auto open = text.find('(');
  if (open == std::string_view::npos) {
    if (text.size() == 1) return plain_type(text.front());
    const auto at = known.find(std::string(text));
    return at == known.end() ? Type{} : Type{.kind = Kind::structure, .structure = &at->second};
  }
  Type type;
  const auto word = text.substr(0, open);
  auto inside = text.substr(open + 1, text.size() - open - 2);
  const auto keys = inside.rfind(';');
  if (word == "map") type.kind = Kind::map;
  if (word == "atomic") type.kind = Kind::atomic_map;
  if (word == "list") type.kind = keys == std::string_view::npos ? Kind::list : Kind::keyed_list;
  if (word == "set") type.kind = Kind::set;
  if (type.kind == Kind::keyed_list) {
    type.keys = split(inside.substr(keys + 1), ',');
    inside = inside.substr(0, keys);
  }
  type.element = std::make_shared<const Type>(parse_type(inside, known));
  return type;
}

// One FIELD:NUMBER=TYPE.
void parse_field(std::string_view text, Structure& into, const std::map<std::string, Structure>& known) {
  const auto equals = text.find('=');
  if (equals == std::string_view::npos) return;
  const auto colon = std::min(text.find(':'), equals);
  const std::string name{text.substr(0, colon)};
  auto type = parse_type(text.substr(equals + 1), known);
  const int number = colon == equals ? 0 : std::atoi(std::string(text.substr(colon + 1, equals - colon - 1)).c_str());
  if (name == "~") {
    into.numbered[number] = {"", type.structure};
    return;
  }
  if (number != 0) into.numbered[number] = {name, nullptr};
  into.fields[name] = std::move(type);
}

std::vector<std::string_view> all_lines() {
  auto lines = shared_types();
  for (const auto& row : served_kinds()) lines.insert(lines.end(), row.types.begin(), row.types.end());
  return lines;
}

std::map<std::string, Structure> parse_schema() {
  std::map<std::string, Structure> all;
  std::vector<std::vector<std::string>> lines;
  for (const auto line : all_lines()) {
    auto words = split(line, ' ');
    auto name = words[0];
    const bool atomic = name.back() == '!', open = name.back() == '*';
    if (atomic || open) name.pop_back();
    words[0] = name;
    all[name] = {.name = name, .atomic = atomic, .open = open, .fields = {}};
    lines.push_back(std::move(words));
  }
  for (const auto& words : lines) {
    for (std::size_t i = 1; i < words.size(); ++i) parse_field(words[i], all[words[0]], all);
  }
  for (auto& [name, structure] : all) {
    for (const auto& [number, field] : structure.numbered) {
      if (field.embedded != nullptr)
        structure.fields.insert(field.embedded->fields.begin(), field.embedded->fields.end());
    }
  }
  return all;
}

// How encoding/json calls what it found, and what it wanted.
std::string json_name(const json& value) {
  if (value.is_object()) return "object";
  if (value.is_array()) return "array";
  if (value.is_string()) return "string";
  return value.is_boolean() ? "bool" : "number";
}

std::string go_type(const Type& type) {
  switch (type.kind) {
    case Kind::string:
      return "string";
    case Kind::number:
      return type.wire == Type::Wire::real ? "float64" : "int32";
    case Kind::boolean:
      return "bool";
    case Kind::structure:
      return type.structure->go_name();
    case Kind::map:
    case Kind::atomic_map:
      return "map[string]" + go_type(*type.element);
    case Kind::list:
    case Kind::keyed_list:
    case Kind::set:
      return "[]" + go_type(*type.element);
    default:
      return "string";
  }
}

bool fits(const json& value, const Type& type) {
  switch (type.kind) {
    case Kind::string:
      return value.is_string();
    case Kind::number:
      return value.is_number();
    case Kind::boolean:
      return value.is_boolean();
    case Kind::scalar:
      return value.is_primitive() && !value.is_boolean();
    case Kind::structure:
    case Kind::map:
    case Kind::atomic_map:
      return value.is_object();
    case Kind::list:
    case Kind::keyed_list:
    case Kind::set:
      return value.is_array();
    default:
      return true;
  }
}

std::string join(const std::string& path, const std::string& key) { return path.empty() ? key : path + "." + key; }

std::optional<TypeClash> clash_in(const json& value, const Type& type, const std::string& path,
                                  const std::string& owner) {
  if (value.is_null()) return std::nullopt;
  if (!fits(value, type)) return TypeClash{path, owner, json_name(value), go_type(type)};
  if (type.kind == Kind::structure) {
    for (const auto& [key, field] : type.structure->fields) {
      const auto at = value.find(key);
      if (at == value.end()) continue;
      if (auto found = clash_in(*at, field, join(path, key), type.structure->go_name())) return found;
    }
  } else if (type.element) {
    for (const auto& item : value) {
      if (auto found = clash_in(item, *type.element, path, owner)) return found;
    }
  }
  return std::nullopt;
}

void collect_unknown(const json& value, const Type& type, const std::string& path, std::vector<std::string>& out) {
  if (out.size() >= most_fields_told) return;
  if (type.kind == Kind::structure && value.is_object()) {
    for (const auto& [key, item] : value.items()) {
      const auto at = type.structure->fields.find(key);
      if (at == type.structure->fields.end()) {
        if (!type.structure->open && out.size() < most_fields_told) out.push_back(join(path, key));
      } else {
        collect_unknown(item, at->second, join(path, key), out);
      }
    }
  } else if (type.element && value.is_array()) {
    for (std::size_t i = 0; i < value.size(); ++i)
      collect_unknown(value[i], *type.element, path + "[" + std::to_string(i) + "]", out);
  } else if (type.element && value.is_object()) {
    for (const auto& [key, item] : value.items()) collect_unknown(item, *type.element, join(path, key), out);
  }
}

// An item of a list as a field path names it.
std::string element_of(const json& list, std::size_t index, const Type& type) {
  if (type.kind == Kind::set) return "[=" + list[index].dump() + "]";
  if (type.kind != Kind::keyed_list) return "[" + std::to_string(index) + "]";
  std::vector<std::string> keys = type.keys;
  std::sort(keys.begin(), keys.end());
  std::string out;
  for (const auto& key : keys) {
    const json value = key_value(list[index], key);
    if (!value.is_null()) out += (out.empty() ? "" : ",") + key + "=" + value.dump();
  }
  return "[" + out + "]";
}

void collect_typed(const json& value, const Type& type, const std::string& path, std::vector<std::string>& out) {
  if (value.is_null()) return;
  if (!fits(value, type)) {
    out.push_back(path + ": expected " + (type.kind == Kind::number ? "numeric (int or float)" : go_type(type)) +
                  ", got " + json_name(value));
  } else if (type.kind == Kind::structure) {
    for (const auto& [key, item] : value.items()) {
      const auto field = type.structure->fields.find(key);
      if (field != type.structure->fields.end())
        collect_typed(item, field->second, path + "." + key, out);
      else if (!type.structure->open)
        out.push_back(path + "." + key + ": field not declared in schema");
    }
  } else if (type.element && value.is_array()) {
    for (std::size_t i = 0; i < value.size(); ++i)
      collect_typed(value[i], *type.element, path + element_of(value, i, type), out);
  } else if (type.element) {
    for (const auto& [key, item] : value.items()) collect_typed(item, *type.element, path + "." + key, out);
  }
}

bool vanishes(const json& value, const Type& type) {
  return value.is_null() || (type.element && value.is_structured() && value.empty());
}

void prune_value(json& value, const Type& type) {
  if (type.kind == Kind::structure && value.is_object()) {
    for (auto at = value.begin(); at != value.end();) {
      const auto field = type.structure->fields.find(at.key());
      if (field == type.structure->fields.end()) {
        at = type.structure->open ? std::next(at) : value.erase(at);
        continue;
      }
      prune_value(*at, field->second);
      at = !type.structure->verbatim && vanishes(*at, field->second) ? value.erase(at) : std::next(at);
    }
  } else if (type.element && value.is_structured()) {
    for (auto& item : value) prune_value(item, *type.element);
  }
}

Type type_of(const Structure& structure) {
  Type type;
  type.kind = Kind::structure;
  type.structure = &structure;
  return type;
}

// "apps.v1.Deployment".
std::string structure_name(const KindRow& row) {
  const auto package = row.group.empty() ? std::string("core") : row.group.substr(0, row.group.find('.'));
  return package + "." + row.version + "." + row.kind;
}

}  // namespace

const std::map<std::string, Structure>& structures() {
  static const std::map<std::string, Structure> all = parse_schema();
  return all;
}

const Structure* structure_of_kind(std::string_view kind) {
  const auto* resource = resource_by_kind(kind);
  if (resource == nullptr) return nullptr;
  const auto at = structures().find(structure_name(*resource));
  return at == structures().end() ? nullptr : &at->second;
}

const Structure& structure_of(const KindRow& row) {
  if (row.custom) return row.schema ? row.schema->structure() : structures().at("custom.v1.Object");
  return structures().at(structure_name(row));
}

std::optional<TypeClash> find_type_clash(const json& object, const Structure& structure) {
  return clash_in(object, type_of(structure), "", structure.go_name());
}

std::vector<std::string> unknown_fields(const json& object, const Structure& structure) {
  std::vector<std::string> out;
  collect_unknown(object, type_of(structure), "", out);
  return out;
}

std::vector<std::string> typed_problems(const json& object, const Structure& structure) {
  std::vector<std::string> out;
  collect_typed(object, type_of(structure), "", out);
  return out;
}

void prune(json& object, const Structure& structure) { prune_value(object, type_of(structure)); }

json key_value(const json& item, const std::string& key) {
  if (item.is_object()) {
    if (const auto at = item.find(key); at != item.end() && !at->is_null()) return *at;
  }
  return key == "protocol" ? json("TCP") : json(nullptr);
}

bool same_item(const json& a, const json& b, const std::vector<std::string>& keys) {
  return std::all_of(keys.begin(), keys.end(), [&](const auto& key) { return key_value(a, key) == key_value(b, key); });
}

}  // namespace straycat::cluster
