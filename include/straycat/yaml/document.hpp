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
//
// Long lines are cut around the caret, tabs shown as one space, control characters as U+FFFD; wide characters take two
// columns, so that the caret stands under its place in a terminal.
struct Diagnostic {
  std::string file;
  Position at;
  int length = 1;  // code points to underline
  std::string message;
  std::string hint;  // a second line of advice, "" when there is none
  bool operator==(const Diagnostic&) const = default;
};
[[nodiscard]] std::string render(const Diagnostic& diagnostic, std::string_view text);
// As an Error (bad_input) whose message is the rendered text.
[[nodiscard]] Error to_error(const Diagnostic& diagnostic, std::string_view text);

// One node of a document: a scalar already resolved by YAML 1.1 as kubectl does, a sequence or a mapping in file order.
// Aliases and merge keys (<<) are expanded: a mapping's own keys win over merged ones, earlier merges over later ones.
struct Node {
  enum class Type { null, boolean, integer, real, string, sequence, mapping };
  struct Pair;
  Type type = Type::null;
  Position start, end;      // end: just after; of what an alias stands for, where that was written
  std::string scalar;       // the text as written (unquoted), for scalars
  nlohmann::json value;     // the scalar as JSON; for a key always a string ("true" for `y: 1`)
  bool quoted = false;      // any style but plain
  std::vector<Node> items;  // sequence
  std::vector<Pair> pairs;  // mapping
  [[nodiscard]] const Node* find(std::string_view key) const;       // mapping: the value of key, or null
  [[nodiscard]] const Pair* find_pair(std::string_view key) const;  // mapping: key and value, or null
  [[nodiscard]] nlohmann::json to_json() const;
  [[nodiscard]] int length() const;  // code points to underline: of a scalar on one line, else 1
};
struct Node::Pair {
  Node key, value;
};
[[nodiscard]] std::string_view to_string(Node::Type type);  // "a number", "a mapping": for messages

// Limits: what is beyond them is an error, never a crash, a hang, or memory without end.
inline constexpr std::size_t max_depth = 100;              // nesting, what aliases stand for included
inline constexpr std::size_t max_alias_nodes = 1'000'000;  // nodes copied for anchors and aliases

// All documents of a text, in order, split as kubectl splits (a line that is `---` and nothing else); empty documents
// are left out. `file` is only for messages. Errors are a rendered Diagnostic: syntax, duplicate key, undefined alias,
// a key that is no scalar, infinity, a limit, a second document that kubectl would not read.
//
// With `repeated` a key that stands twice in one mapping is no error: the last one counts, as for kubectl and helm, and
// each is told there (without its file).
[[nodiscard]] Result<std::vector<Node>> parse(std::string_view text, const std::string& file,
                                              std::vector<Diagnostic>* repeated = nullptr);

// The nearest of `candidates` to `word` when it is near enough to be a slip of the finger, else none.
[[nodiscard]] std::optional<std::string> did_you_mean(std::string_view word,
                                                      const std::vector<std::string>& candidates);
// ` (did you mean "x"?)`, or "".
[[nodiscard]] std::string suggestion(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace straycat::yaml
