// What fields an object may have, of which types, and how lists merge: the base of decoding, strategic merge patches,
// server-side apply and the published OpenAPI documents.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

namespace straycat::cluster {

using json = nlohmann::json;
struct KindRow;
struct Structure;

struct Type {
  enum class Kind { string, number, boolean, scalar, untyped, structure, map, atomic_map, list, keyed_list, set };
  // What Kubernetes' protobuf has for the same JSON: bytes are base64 in a string, the others are messages.
  // So are numbers that are no integers (`real`), and what JSON Schema writes in two ways: a schema or true, a schema
  // or several, a schema or names.
  enum class Wire {
    plain,
    bytes,
    quantity,
    time,
    int_or_string,
    real,
    schema_or_bool,
    schema_or_list,
    schema_or_words
  };
  Kind kind = Kind::untyped;
  Wire wire = Wire::plain;
  bool pointer = false;                      // in Go: its zero value is not the same as its absence
  const Structure* structure = nullptr;      // structure
  std::shared_ptr<const Type> element = {};  // maps and lists
  std::vector<std::string> keys = {};        // keyed_list: the fields that tell its items apart
};

// A field by its number on the wire; without a name it is an embedded message, whose fields are the struct's own in
// JSON.
struct Numbered {
  std::string name;
  const Structure* embedded = nullptr;
};

struct Structure {
  std::string name;       // "core.v1.Container"
  bool atomic = false;    // owned as one value
  bool open = false;      // may have any other fields, too
  bool verbatim = false;  // another maker's: null, [] and {} stay as they were written
  std::map<std::string, Type> fields;
  std::map<int, Numbered> numbered = {};
  [[nodiscard]] std::string go_name() const { return name.substr(name.rfind('.') + 1); }
};

// Null when the kind is not built in.
[[nodiscard]] const Structure* structure_of_kind(std::string_view kind);
// Of any kind that is served; of another maker's as far as its definition says.
[[nodiscard]] const Structure& structure_of(const KindRow& row);
// All structures by name.
[[nodiscard]] const std::map<std::string, Structure>& structures();
[[nodiscard]] const std::vector<std::string_view>& shared_types();  // schema_data.cpp

// A value that no Go decoder would take: `path` "spec.replicas", `owner` the innermost struct ("DeploymentSpec"),
// `got` and `wanted` as encoding/json names them ("string", "int32").
struct TypeClash {
  std::string path, owner, got, wanted;
};
[[nodiscard]] std::optional<TypeClash> find_type_clash(const json& object, const Structure& structure);

// Of what is wrong with single fields so much is told: each comes with its whole path (as in sigs.k8s.io/json).
inline constexpr std::size_t most_fields_told = 100;
// Paths of fields that the schema does not know: "spec.replica", "spec.template.spec.containers[0].foo".
[[nodiscard]] std::vector<std::string> unknown_fields(const json& object, const Structure& structure);

// The same complaints as server-side apply words them (structured-merge-diff, value/value.go and fieldpath/element.go):
// ".spec.ports[port=80,protocol=\"TCP\"].targetport: field not declared in schema".
[[nodiscard]] std::vector<std::string> typed_problems(const json& object, const Structure& structure);

// Drops what decoding into Go's types would lose: unknown fields, nulls, empty lists and maps.
void prune(json& object, const Structure& structure);

// The value of a keyed list's key field, with the API server's default for the ones that may be left out (protocol:
// TCP).
[[nodiscard]] json key_value(const json& item, const std::string& key);
[[nodiscard]] bool same_item(const json& a, const json& b, const std::vector<std::string>& keys);

}  // namespace straycat::cluster
