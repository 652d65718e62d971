// Files of manifests -> objects: several documents a file, and lists of objects.
#include <fmt/format.h>

#include "context.hpp"
#include "manifest_fields.hpp"

namespace straycat::scenario {
namespace {

using yaml::Node;

class Loader {
 public:
  Loader(const Source& source, Problems& problems) : source_(source), problems_(problems) {}

  // One document, or one item of a List.
  void take(const Node& node) {
    if (node.type != Node::Type::mapping) {
      return problems_.add(source_, node, fmt::format("a manifest is a mapping, not {}", to_string(node.type)));
    }
    const Node* kind = node.find("kind");
    const Node* items = node.find("items");
    if (kind != nullptr && kind->scalar.ends_with("List") && items != nullptr && items->type == Node::Type::sequence) {
      for (const Node& item : items->items) take(item);
      return;
    }
    check_manifest(node, source_, problems_);
    manifests_.push_back({node.to_json(), source_.file, node.start.line});
  }

  [[nodiscard]] std::vector<plan::Manifest> manifests() && { return std::move(manifests_); }

 private:
  const Source& source_;
  Problems& problems_;
  std::vector<plan::Manifest> manifests_;
};

// `shown` is the path as messages give it, next to the scenario's own.
std::vector<plan::Manifest> load_file(const Node& path, const std::string& shown, Context& context) {
  const Result<std::string> text = context.read(path.scalar);
  if (!text) {
    context.add(path, text.error().message);
    return {};
  }
  const Source source{shown, *text};
  const Result<std::vector<Node>> documents = yaml::parse(source.text, source.file);
  if (!documents) {
    context.problems.add(documents.error());
    return {};
  }
  if (documents->empty()) context.add(path, fmt::format("{} holds no manifest", path.scalar));
  Loader loader(source, context.problems);
  for (const Node& document : *documents) loader.take(document);
  std::vector<plan::Manifest> manifests = std::move(loader).manifests();
  for (plan::Manifest& manifest : manifests) manifest.file = path.scalar;
  return manifests;
}

}  // namespace

std::vector<plan::Manifest> load_manifests(const std::vector<const Node*>& paths, Context& context) {
  const std::size_t slash = context.source.file.rfind('/');
  const std::string folder = slash == std::string::npos ? "" : context.source.file.substr(0, slash + 1);
  std::vector<plan::Manifest> all;
  for (const Node* path : paths) {
    for (plan::Manifest& manifest : load_file(*path, folder + path->scalar, context))
      all.push_back(std::move(manifest));
  }
  return all;
}

}  // namespace straycat::scenario
