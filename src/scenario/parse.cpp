#include "context.hpp"
#include "matrix.hpp"
#include "shape.hpp"

namespace straycat::scenario {
namespace {

using yaml::Node;

// The one document of a scenario file.
Result<Node> read_document(const Source& source) {
  Result<std::vector<Node>> documents = yaml::parse(source.text, source.file);
  if (!documents) return documents.error();
  if (documents->empty())
    return yaml::to_error({source.file, {1, 1}, 1, "this file holds no scenario", ""}, source.text);
  if (documents->size() == 1) return std::move(documents->front());
  return yaml::to_error({source.file, (*documents)[1].start, 1,
                         "a second document: a scenario is one, manifests stand in files of their own", ""},
                        source.text);
}

void check_document(const Node& root, const Source& source, Problems& problems) {
  const nlohmann::json shape = schema();
  check_shape(root, shape, source, problems);
  problems.sort();
}

plan::Plan read_plan(const Node& root, Context& context) {
  plan::Plan plan;
  const Node& metadata = *root.find("metadata");
  const Node& spec = *root.find("spec");
  plan.name = metadata.find("name")->scalar;
  if (const Node* description = metadata.find("description")) plan.description = description->scalar;
  if (const Node* labels = metadata.find("labels")) {
    for (const Node::Pair& pair : labels->pairs) plan.labels[pair.key.value.get<std::string>()] = pair.value.scalar;
  }
  if (const Node* cluster = spec.find("cluster")) plan.cluster = read_cluster(*cluster, context);
  context.nodes = static_cast<std::size_t>(plan.cluster.nodes);  // what the manifests' fields do depends on it
  plan.steps = read_steps(*spec.find("steps"), context);
  if (plan.steps.empty()) return plan;  // manifests are broken: references to them would only add noise
  if (const Node* targets = spec.find("for")) {
    for (const Node* target : one_or_many(*targets)) {
      plan.meant_for.push_back(read_target(*target, context));
      must_be_made(plan.meant_for.back(), *target, plan.steps.size(), "for", context);
    }
  }
  plan.traffic = read_traffic(*spec.find("traffic"), context);
  if (const Node* expect = spec.find("expect")) plan.expect = read_expectations(*expect, plan.steps, context);
  if (const Node* deadline = spec.find("deadline")) plan.deadline = read_duration(*deadline, context);
  if (const Node* seed = spec.find("seed")) plan.seed = seed->value.get<std::uint64_t>();
  context.problems.sort();  // all of them are in the scenario itself by now
  return plan;
}

}  // namespace

Result<> check_shape_only(const std::string& text, const std::string& file) {
  const Source source{file, text};
  const Result<Node> root = read_document(source);
  if (!root) return root.error();
  Problems problems;
  check_document(*root, source, problems);
  if (!problems.empty()) return problems.error();
  return {};
}

Result<plan::Plan> parse(const std::string& text, const std::string& file, const ReadFile& read, Told* told,
                         Ground ground, const Values& values, const Admit& admit) {
  const Source source{file, text};
  Result<Node> root = read_document(source);
  if (!root) return root.error();
  Problems problems;
  Values taken = fill_matrix(*root, values, source, problems);
  if (!problems.empty()) return problems.error();
  check_document(*root, source, problems);
  if (!problems.empty()) return problems.error();
  Context context{source, read, problems, told, ground, admit};
  plan::Plan plan = read_plan(*root, context);
  plan.values = std::move(taken);
  if (problems.empty()) return plan;
  return problems.error();
}

}  // namespace straycat::scenario
