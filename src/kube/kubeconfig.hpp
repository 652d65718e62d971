// The text of kubeconfig files: reading, merging, looking up. Pure; private to `kube`.
// Source of the rules: kubernetes/client-go tools/clientcmd (loader.go, client_config.go, validation.go).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <straycat/core/result.hpp>
#include <straycat/yaml/document.hpp>

namespace straycat::kube {

struct KubeconfigFile {
  std::string name;       // as it was given
  std::string directory;  // relative paths start here
  std::string text;
  yaml::Node root;  // a mapping, or null for an empty file
};

[[nodiscard]] Result<KubeconfigFile> parse_kubeconfig(std::string name, std::string text);

// A node and the file that it stands in.
struct Place {
  const KubeconfigFile* file = nullptr;
  const yaml::Node* node = nullptr;
  explicit operator bool() const { return node != nullptr; }
  [[nodiscard]] Place at(std::string_view key) const;
  // An error that points here: the file, the line, a caret.
  [[nodiscard]] Error error(const std::string& message) const;
};

// Text of a scalar string; "" when absent or null. Errors: another type (a token 123 must be quoted).
[[nodiscard]] Result<std::string> text_of(const Place& parent, std::string_view key);
[[nodiscard]] Result<bool> flag_of(const Place& parent, std::string_view key);
[[nodiscard]] Result<std::vector<std::string>> texts_of(const Place& parent, std::string_view key);

// Several files as one: the first file that has a value or a name wins, whole entry by whole entry.
struct Kubeconfig {
  std::vector<KubeconfigFile> files;
  // The value of a top-level key, from the first file where it is a text that is not empty.
  [[nodiscard]] Result<std::string> top(std::string_view key) const;
  [[nodiscard]] Place top_place(std::string_view key) const;
  // The body of a named entry: entry("clusters", "cluster", "kind-dev"). No such name: an empty Place.
  [[nodiscard]] Result<Place> entry(std::string_view list, std::string_view body, const std::string& name) const;
  [[nodiscard]] std::vector<std::string> names(std::string_view list) const;
};

}  // namespace straycat::kube
