#include "cures.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "apply_fix.hpp"
#include "manifests.hpp"
#include "words.hpp"
#include <straycat/model/kinds.hpp>

namespace straycat::diagnose {
namespace {

using nlohmann::json;

const model::Pod* a_pod_of(const Case& the_case, const Finding& finding) {
  if (!finding.workload) return nullptr;
  for (const auto& view : the_case.history.views) {
    if (view.ns != finding.ns || view.service != finding.service) continue;
    for (const auto& endpoint : view.endpoints) {
      if (!same_workload(endpoint.owner, *finding.workload)) continue;
      if (const auto* pod = pod_of(the_case.history, view, endpoint)) return pod;
    }
  }
  return nullptr;
}

// --- as YAML

std::string scalar(const json& value) { return value.dump(-1, ' ', true, json::error_handler_t::replace); }

void write_yaml(const json& node, std::size_t depth, std::string& out);

void write_value(const json& value, std::size_t depth, std::string& out) {
  const bool nested = (value.is_object() || value.is_array()) && !value.empty();
  if (!nested) {
    out += " " + scalar(value) + "\n";
    return;
  }
  out += "\n";
  write_yaml(value, depth + 1, out);
}

void write_yaml(const json& node, std::size_t depth, std::string& out) {
  if (node.is_array()) {
    for (const json& item : node) {
      std::string inner;
      write_yaml(item, depth, inner);
      const std::size_t indent = 2 * (depth > 0 ? depth - 1 : 0);
      out +=
          std::string(indent, ' ') + "- " + (inner.size() > 2 * depth ? inner.substr(2 * depth) : scalar(item) + "\n");
    }
    return;
  }
  if (!node.is_object()) return;
  for (const auto& [key, value] : node.items()) {
    out += std::string(2 * depth, ' ') + safe(key) + ":";
    write_value(value, depth, out);
  }
}

std::string yaml_of(const json& patch) {
  std::string out;
  write_yaml(patch, 0, out);
  return out;
}

// --- whose it is

// The object's metadata as the log last saw it.
const model::Meta* meta_of(const Case& the_case, const Finding& finding, const plan::Target& target) {
  const auto its = [&](const model::Meta& meta) {
    return meta.kind == target.kind && meta.name == target.name && meta.ns == finding.ns;
  };
  for (const auto& [key, timeline] : the_case.history.workloads)
    if (timeline.last && its(timeline.last->meta)) return &timeline.last->meta;
  for (const auto& [key, timeline] : the_case.history.services)
    if (timeline.last && its(timeline.last->meta)) return &timeline.last->meta;
  for (const auto& [key, timeline] : the_case.history.policies)
    if (timeline.last && its(timeline.last->meta)) return &timeline.last->meta;
  return nullptr;
}

std::vector<std::string> order_in_chart(const plan::Target& target, const std::string& file) {
  return {fmt::format("{} is Helm's: change it in the chart's template or values{} as above.", safe(target.display()),
                      file.empty() ? "" : fmt::format(" (here: {})", safe(file))),
          "Upgrade the release."};
}

}  // namespace

std::vector<model::Container> containers_of(const Case& the_case, const Finding& finding) {
  const auto* pod = a_pod_of(the_case, finding);
  return pod != nullptr ? pod->spec.containers : std::vector<model::Container>{};
}

std::int64_t grace_of(const Case& the_case, const Finding& finding) {
  const auto* pod = a_pod_of(the_case, finding);
  return pod != nullptr ? pod->spec.termination_grace_seconds : 30;
}

const model::Container* container_at(const std::vector<model::Container>& containers, int port) {
  const auto found = std::find_if(containers.begin(), containers.end(), [&](const model::Container& one) {
    return std::any_of(one.ports.begin(), one.ports.end(), [&](const auto& its) { return its.port == port; });
  });
  if (found != containers.end()) return &*found;
  return containers.size() == 1 ? &containers.front() : nullptr;
}

void change_object(const Case& the_case, const plan::Target& target, json patch, std::vector<std::string> order,
                   std::vector<std::string> checked, Finding& finding) {
  const auto* meta = meta_of(the_case, finding, target);
  const auto source = meta != nullptr ? finding::source_of(*meta) : finding::Source::manifest;
  if (source == finding::Source::controller) {
    const auto* owner = meta->controller();
    finding.no_fix = fmt::format("{} is made by {}, which would undo a change of it: change it there",
                                 safe(target.display()), safe(owner->kind + "/" + owner->name));
    return;
  }
  Fix fix;
  fix.target = target;
  if (const auto* manifest = manifest_of(the_case.history, target.kind, target.name)) {
    fix.file = manifest->file;
    fix.line = manifest->line;
  }
  fix.merge_patch = std::move(patch);
  fix.yaml = yaml_of(fix.merge_patch);
  fix.order = source == finding::Source::manifest ? std::move(order) : order_in_chart(target, fix.file);
  fix.checked = std::move(checked);
  fix.kubectl = {kubectl_object(finding.ns, "get", target.kind, target.name, "-o yaml"),
                 kubectl_slices(finding.ns, finding.service)};
  finding.fix = std::move(fix);
}

void change_workload(const Case& the_case, json spec, std::vector<std::string> checked, Finding& finding) {
  if (!finding.workload || !model::makes_pods(finding.workload->kind)) {
    finding.no_fix = "no workload makes the pods, and the spec of one that runs cannot be changed";
    return;
  }
  const plan::Target target{finding.workload->kind, finding.workload->name, ""};
  const auto* manifest = manifest_of(the_case.history, target.kind, target.name);
  const std::string file = manifest != nullptr && !manifest->file.empty() ? safe(manifest->file)
                                                                          : "the manifest of " + safe(target.display());
  change_object(the_case, target, json::object({{"spec", std::move(spec)}}),
                {fmt::format("Change {} as above; what it says of a container is added to what is there.", file),
                 fmt::format("Apply {}; where the pods' template changes they are made anew.", file)},
                std::move(checked), finding);
}

void change_pods(const Case& the_case, json pod_spec, std::vector<std::string> checked, Finding& finding) {
  if (finding.workload && model::makes_pods(finding.workload->kind)) {
    json patch;
    patch[json::json_pointer(model::pod_template_of(finding.workload->kind) + "/spec")] = std::move(pod_spec);
    return change_workload(the_case, patch["spec"], std::move(checked), finding);
  }
  change_workload(the_case, {}, {}, finding);
}

void change_service(const Case& the_case, json spec, std::vector<std::string> checked, Finding& finding) {
  const plan::Target target{"Service", finding.service, ""};
  const auto* manifest = manifest_of(the_case.history, "Service", finding.service);
  const std::string file =
      manifest != nullptr && !manifest->file.empty() ? safe(manifest->file) : "the Service's manifest";
  change_object(the_case, target, json::object({{"spec", std::move(spec)}}),
                {fmt::format("Change {} as above.", file), fmt::format("Apply {}; no pod has to be made anew.", file)},
                std::move(checked), finding);
}

std::int64_t longest_answer_s(const Case& the_case, const Finding& finding) {
  std::int64_t longest = 0;
  for (const auto& traffic : the_case.history.traffic) {
    if (!traffic.view) continue;
    const auto& view = the_case.history.views[*traffic.view];
    if (view.ns != finding.ns || view.service != finding.service) continue;
    longest = std::max(longest, traffic.latency.max().count());
    for (const AttemptFailed& failed : traffic.failures)
      if (likeness(failed.failure.kind) == Likeness::cut)
        longest = std::max(longest, failed.ended_ns - failed.started_ns);
  }
  return (longest + 999'999'999) / 1'000'000'000;
}

void join_fixes(std::vector<Finding>& findings) {
  for (std::size_t i = 0; i < findings.size(); ++i) {
    if (!findings[i].fix || !findings[i].fix->changes.empty()) continue;
    Fix& first = *findings[i].fix;
    for (std::size_t j = i + 1; j < findings.size(); ++j) {
      auto& other = findings[j].fix;
      if (!other || !other->changes.empty() || other->target.kind != first.target.kind ||
          other->target.name != first.target.name)
        continue;
      merge_into(first.merge_patch, other->merge_patch);
      first.yaml = yaml_of(first.merge_patch);
      for (auto& line : other->checked)
        if (std::find(first.checked.begin(), first.checked.end(), line) == first.checked.end())
          first.checked.push_back(std::move(line));
      other.reset();
      findings[j].no_fix = fmt::format("the change of {} above holds it, too", safe(first.target.display()));
    }
  }
}

}  // namespace straycat::diagnose
