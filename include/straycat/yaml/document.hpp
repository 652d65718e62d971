// YAML as kubectl reads it (YAML 1.1 scalars, sigs.k8s.io/yaml's rules), with positions.
//
// A room of its own because three rooms read YAML: scenario (scenarios and manifests), kube (kubeconfig) and cluster
// (apply patches).
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include <straycat/core/result.hpp>

namespace straycat::yaml {

// Where something stands in a file. Lines and columns are 1-based, columns in code points.
struct Position {
  int line = 1;
  int column = 1;
  bool operator==(const Position&) const = default;
};

// A complaint about a text. `render` gives what a person sees:
//
//   deployment.yaml:7:3: unknown key "replica" (did you mean "replicas"?)
//      7 |   replica: 1
//        |   ^~~~~~~
struct Diagnostic {
  std::string file;
  Position at;
  int length = 1;          // code points to underline
  std::string message;
};
[[nodiscard]] std::string render(const Diagnostic& diagnostic, std::string_view text);
// As an Error (bad_input) whose message is the rendered text.
[[nodiscard]] Error to_error(const Diagnostic& diagnostic, std::string_view text);

// One node of a document: a scalar already resolved by YAML 1.1 as kubectl does, a sequence or a mapping in file order.
struct Node {
  enum class Type { null, boolean, integer, real, string, sequence, mapping };
  struct Pair;
  Type type = Type::null;
  Position start, end;
  std::string scalar;                 // the text as written (unquoted), for scalars
  bool quoted = false;                // any style but plain
  std::vector<Node> items;            // sequence
  std::vector<Pair> pairs;            // mapping
  [[nodiscard]] const Node* find(std::string_view key) const;   // mapping: the value of key, or null
  [[nodiscard]] nlohmann::json to_json() const;
};
struct Node::Pair {
  Node key, value;
};

// All documents of a text, in order; empty documents are left out. `file` is only for messages. Fails with one Diagnostic
// (syntax, duplicate key, undefined alias, bad key, nesting over 100, more than 1,000,000 expanded nodes).
[[nodiscard]] Result<std::vector<Node>> parse(std::string_view text, const std::string& file);

// The nearest of `candidates` to `word` when it is near enough to be a slip of the finger, else none.
[[nodiscard]] std::optional<std::string> did_you_mean(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace straycat::yaml
