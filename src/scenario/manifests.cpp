// Files of manifests -> objects: several documents a file, and lists of objects.
#include <fmt/format.h>

#include "context.hpp"
#include "manifest_fields.hpp"
#include "told.hpp"
#include <straycat/core/json_access.hpp>
#include <straycat/model/custom_kinds.hpp>
#include <straycat/model/kinds.hpp>

namespace straycat::scenario {
namespace {

using yaml::Node;

class Loader {
 public:
  Loader(const Source& source, Context& context) : source_(source), context_(context), problems_(context.problems) {}

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
    const std::size_t before = problems_.size();
    check_manifest(node, source_, problems_);
    nlohmann::json object = node.to_json();
    if (problems_.size() == before) check_defined(node, object);
    if (const auto defined = model::defined_by(object)) context_.defined.insert(*defined);
    for (std::string& one : told_of(node, source_, context_.nodes)) context_.tell(std::move(one));
    manifests_.push_back({std::move(object), source_.file, node.start.line});
  }

  [[nodiscard]] std::vector<plan::Manifest> manifests() && { return std::move(manifests_); }

 private:
  // On our own cluster another maker's kind is served where a definition was applied before.
  void check_defined(const Node& node, const nlohmann::json& object) {
    if (context_.ground == Ground::elsewhere) return;
    const std::string kind = text_at(object, "/kind"), version = text_at(object, "/apiVersion");
    if (kind.empty() || version.empty() || !model::is_custom(version, kind)) return;
    const std::string_view group = model::group_of(version);
    if (group.empty()) return;
    if (model::known_custom_kind(kind, group) != nullptr) return;
    if (context_.defined.contains(model::qualified_kind(kind, group))) return;
    problems_.add(
        source_, *node.find("kind"),
        fmt::format("the kind {} of {} is none that straycat knows, and no CustomResourceDefinition before it "
                    "defines it",
                    kind, group),
        "apply its definition first; the embedded cluster then stores such objects, and nobody works at them");
  }

  const Source& source_;
  Context& context_;
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
  Loader loader(source, context);
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
