#include "cluster/apiserver/patch.hpp"

#include <algorithm>
#include <deque>

#include <fmt/format.h>

#include "cluster/apiserver/weight.hpp"
#include "cluster/kinds/json_help.hpp"

namespace straycat::cluster {
namespace {

using Kind = Type::Kind;
// Of a JSON patch: apiserver pkg/endpoints/handlers/patch.go maxJSONPatchOperations, pkg/server/config.go
// JSONPatchMaxCopyBytes. Each copy may double an object.
constexpr std::size_t most_operations = 10'000, most_copied = std::size_t{3} * 1024 * 1024;

constexpr std::string_view order_prefix = "$setElementOrder/";
constexpr std::string_view delete_prefix = "$deleteFromPrimitiveList/";

// How deep brackets nest outside strings.
bool too_deep(std::string_view text) {
  int depth = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted) {
      if (c == '\\') ++i;
      if (c == '"') quoted = false;
    } else if (c == '"') {
      quoted = true;
    } else if (c == '{' || c == '[') {
      if (++depth > deepest) return true;
    } else if (c == '}' || c == ']') {
      --depth;
    }
  }
  return false;
}

void apply_to_value(json& target, const json& patch, const Type& type);

bool is_directive(const std::string& key) { return !key.empty() && key[0] == '$'; }

// A patch value for which there is no target yet: directives have done their work.
json without_directives(json value) {
  if (value.is_object()) {
    for (auto at = value.begin(); at != value.end();) {
      if (is_directive(at.key()) || at->is_null()) {
        at = value.erase(at);
      } else {
        *at = without_directives(std::move(*at));
        ++at;
      }
    }
  } else if (value.is_array()) {
    auto kept = json::array();
    for (auto& item : value) {
      if (string_or(item, "$patch") != "delete") kept.push_back(without_directives(std::move(item)));
    }
    value = std::move(kept);
  }
  return value;
}

// The one field that strategic merge goes by: the first of the list's keys (containerPort, not protocol).
std::vector<std::string> merge_key(const Type& type) { return {type.keys.front()}; }

std::size_t place_in(const json& list, const json& item, const std::vector<std::string>& key) {
  const auto at = std::find_if(list.begin(), list.end(), [&](const json& one) { return same_item(one, item, key); });
  return static_cast<std::size_t>(at - list.begin());
}

// The items that a patch names keep its order, the others theirs; among each other they stand as they did, and what is
// new comes first (apimachinery strategicpatch mergeSortedSlice).
json interleaved(json merged, const json& patch, const json& before, const std::vector<std::string>& key) {
  std::deque<json> named, others;
  for (auto& item : merged) (place_in(patch, item, key) < patch.size() ? named : others).push_back(std::move(item));
  std::stable_sort(named.begin(), named.end(),
                   [&](const json& a, const json& b) { return place_in(patch, a, key) < place_in(patch, b, key); });
  auto out = json::array();
  while (!named.empty() || !others.empty()) {
    const bool other = named.empty() || (!others.empty() && place_in(before, named.front(), key) < before.size() &&
                                         place_in(before, others.front(), key) < place_in(before, named.front(), key));
    auto& from = other ? others : named;
    out.push_back(std::move(from.front()));
    from.pop_front();
  }
  return out;
}

void merge_keyed_list(json& target, const json& patch, const Type& type) {
  if (!target.is_array()) target = json::array();
  const auto key = merge_key(type);
  const auto before = target;
  for (const auto& item : patch) {
    if (string_or(item, "$patch") == "replace") {
      target = json::array();
      continue;
    }
    const auto at =
        std::find_if(target.begin(), target.end(), [&](const json& old) { return same_item(old, item, key); });
    if (string_or(item, "$patch") == "delete") {
      if (at != target.end()) target.erase(at);
    } else if (at == target.end()) {
      target.push_back(without_directives(item));
    } else {
      apply_to_value(*at, item, *type.element);
    }
  }
  target = interleaved(std::move(target), patch, before, key);
  for (const auto& item : patch) {  // {"$patch":"replace"} anywhere in the list: the rest of it is the new list
    if (string_or(item, "$patch") == "replace" && item.size() == 1) {
      target = without_directives(patch);
      target.erase(std::remove_if(target.begin(), target.end(), [](const json& value) { return value.empty(); }),
                   target.end());
      return;
    }
  }
}

void merge_set(json& target, const json& patch) {
  if (!target.is_array()) target = json::array();
  for (const auto& item : patch) {
    if (std::find(target.begin(), target.end(), item) == target.end()) target.push_back(item);
  }
}

// Puts the items that `order` names into its order; the others follow.
void reorder(json& list, const json& order, const Type& type) {
  if (!list.is_array() || !order.is_array()) return;
  auto sorted = json::array();
  for (const auto& wanted : order) {
    const auto at = std::find_if(list.begin(), list.end(), [&](const json& item) {
      return type.kind == Kind::keyed_list ? same_item(item, wanted, merge_key(type)) : item == wanted;
    });
    if (at == list.end()) continue;
    sorted.push_back(std::move(*at));
    list.erase(at);
  }
  for (auto& item : list) sorted.push_back(std::move(item));
  list = std::move(sorted);
}

const Type& field_type(const Type& type, const std::string& key) {
  static const Type unknown;
  if (type.kind == Kind::structure) {
    const auto at = type.structure->fields.find(key);
    return at == type.structure->fields.end() ? unknown : at->second;
  }
  return type.element ? *type.element : unknown;
}

void apply_directive(json& target, const std::string& key, const json& value, const Type& type) {
  if (key.rfind(order_prefix, 0) == 0) {
    const auto field = key.substr(order_prefix.size());
    if (const auto at = target.find(field); at != target.end()) reorder(*at, value, field_type(type, field));
  } else if (key.rfind(delete_prefix, 0) == 0 && value.is_array()) {
    const auto at = target.find(key.substr(delete_prefix.size()));
    if (at == target.end() || !at->is_array()) return;
    auto kept = json::array();
    for (const auto& item : *at) {
      if (std::find(value.begin(), value.end(), item) == value.end()) kept.push_back(item);
    }
    *at = std::move(kept);
  }
}

void retain_keys(json& target, const json& keys) {
  for (auto at = target.begin(); at != target.end();) {
    at = std::find(keys.begin(), keys.end(), json(at.key())) == keys.end() ? target.erase(at) : std::next(at);
  }
}

void merge_object(json& target, const json& patch, const Type& type) {
  const auto directive = string_or(patch, "$patch");
  if (directive == "delete" || directive == "replace" || !target.is_object()) target = json::object();
  if (directive == "delete") return;
  if (const auto& keys = array_or_empty(patch, "$retainKeys"); !keys.empty()) retain_keys(target, keys);
  for (const auto& [key, value] : patch.items()) {
    if (is_directive(key)) continue;
    if (value.is_null()) {
      target.erase(key);
    } else if (target.contains(key)) {
      apply_to_value(target[key], value, field_type(type, key));
    } else {
      target[key] = without_directives(value);
    }
  }
  for (const auto& [key, value] : patch.items()) {  // once the lists are whole
    if (is_directive(key)) apply_directive(target, key, value, type);
  }
}

void apply_to_value(json& target, const json& patch, const Type& type) {
  if (patch.is_object()) {
    merge_object(target, patch, type);
  } else if (patch.is_array() && type.kind == Kind::keyed_list) {
    merge_keyed_list(target, patch, type);
  } else if (patch.is_array() && type.kind == Kind::set) {
    merge_set(target, patch);
  } else {
    target = without_directives(patch);
  }
}

Status unprocessable(const std::string& why) {
  Status status{422, "Invalid", "the server rejected our request due to an error in our request", nullptr};
  status.details = json::object();
  status.details["causes"] = json::array({json::object({{"reason", "UnexpectedServerResponse"}, {"message", why}})});
  return status;
}

// Without copying what is moved, however large it is: thousands of operations may move it.
void move_within(json& target, const json& operation) {
  const json::json_pointer path(string_or(operation, "path"));
  json value = std::move(target.at(json::json_pointer(string_or(operation, "from"))));
  target.patch_inplace(json::array({json{{"op", "remove"}, {"path", operation["from"]}}}));
  target.patch_inplace(json::array({json{{"op", "add"}, {"path", operation["path"]}, {"value", nullptr}}}));
  const bool last = !path.empty() && path.back() == "-" && target.at(path.parent_pointer()).is_array();
  (last ? target.at(path.parent_pointer()).back() : target.at(path)) = std::move(value);
}

// One operation of a JSON patch. `copied`: how much was copied by those before.
StoreResult<void> carry_out(json& target, const json& operation, std::size_t& copied) {
  const auto op = string_or(operation, "op"), where = string_or(operation, "path");
  // The library takes it for granted that there is something to put it into.
  if (const json::json_pointer path(where); !path.empty() && !target.at(path.parent_pointer()).is_structured())
    return unprocessable(op + " operation does not apply: doc is missing path: " + json(where).dump());
  if (op == "copy") {
    // Twice as deep with each: a dozen of them would be deeper than the stack of whoever goes through the result.
    const json& from = target.at(json::json_pointer(string_or(operation, "from")));
    if (deeper_than(from, deepest)) return bad_request("exceeded max depth");
    copied += json_bytes(from, most_copied - copied);
    if (copied > most_copied)
      return unprocessable(fmt::format(
          "Unable to complete the copy, the accumulated size increase of copy is {}, exceeding the limit {}", copied,
          most_copied));
  }
  const bool moves = op == "move" && !where.empty() && !string_or(operation, "from").empty();
  moves ? move_within(target, operation) : target.patch_inplace(json::array({operation}));
  return {};
}

}  // namespace

StoreResult<Document> parse_body(std::string_view text) {
  if (too_deep(text)) return bad_request("exceeded max depth");
  auto parsed = json::parse(text, nullptr, false);
  if (parsed.is_discarded()) return bad_request("couldn't get version/kind; json parse error: invalid JSON");
  return Document{std::move(parsed)};
}

json merge_patched(json target, const json& patch) {
  target.merge_patch(patch);
  return target;
}

StoreResult<Document> json_patched(json target, const json& patch) {
  if (patch.is_array() && patch.size() > most_operations)
    return Status{413, "RequestEntityTooLarge",
                  fmt::format("Request entity too large: The allowed maximum operations in a JSON patch is {}, got {}",
                              most_operations, patch.size()),
                  nullptr};
  try {
    if (!patch.is_array()) return Document{target.patch(patch)};  // says why not
    std::size_t copied = 0;
    for (const auto& operation : patch)
      if (auto done = carry_out(target, operation, copied); !done) return done.error();
  } catch (const json::exception& error) {
    return unprocessable(error.what());
  }
  if (deeper_than(target, deepest)) return bad_request("exceeded max depth");
  return Document{std::move(target)};
}

json strategic_patched(json target, const json& patch, const Structure& structure) {
  Type type;
  type.kind = Kind::structure;
  type.structure = &structure;
  apply_to_value(target, patch, type);
  return target;
}

}  // namespace straycat::cluster
