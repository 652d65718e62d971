#include "fix.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "kubectl.hpp"
#include "words.hpp"
#include <straycat/model/selector.hpp>

namespace straycat::diagnose {
namespace {

using history::History;
using model::Labels;
using model::LabelSelector;
using model::ObjectRef;

// Where a manifest keeps the labels of the pods that it makes, as a JSON pointer.
std::string labels_at(const std::string& kind) {
  if (kind == "Pod") return "/metadata/labels";
  if (kind == "CronJob") return "/spec/jobTemplate/spec/template/metadata/labels";
  return "/spec/template/metadata/labels";
}

std::string selector_at(const std::string& kind) {
  return kind == "ReplicationController" ? "/spec/selector" : "/spec/selector/matchLabels";
}

std::string dotted(std::string pointer) {
  std::replace(pointer.begin(), pointer.end(), '/', '.');
  return pointer.substr(1);
}

// --- what the run knows of a workload
// ---------------------------------------------------------------------------------

struct Known {
  Labels labels;           // of its pods
  LabelSelector selector;  // its own, empty when it has none of its own making
  const plan::Manifest* manifest = nullptr;
};

std::string text_of(const json& object, const char* key) {
  const auto found = object.is_object() ? object.find(key) : object.end();
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

const plan::Manifest* manifest_of(const plan::Plan& plan, const ObjectRef& ref) {
  for (const auto& step : plan.steps) {
    const auto* apply = std::get_if<plan::Apply>(&step.action);
    if (apply == nullptr) continue;
    for (const auto& manifest : apply->manifests) {
      if (text_of(manifest.object, "kind") == ref.kind && model::project_pod(manifest.object).meta.name == ref.name)
        return &manifest;
    }
  }
  return nullptr;
}

Known from_manifest(const plan::Manifest& manifest, const std::string& kind) {
  if (kind == "Pod") return {model::project_pod(manifest.object).meta.labels, {}, &manifest};
  const auto workload = model::project_workload(manifest.object);
  return {workload.pod.labels, workload.selector, &manifest};
}

std::optional<Known> known_of(const History& history, const ObjectRef& ref) {
  if (history.plan) {
    if (const auto* manifest = manifest_of(*history.plan, ref)) return from_manifest(*manifest, ref.kind);
  }
  for (const auto& [key, timeline] : history.workloads) {
    if (!timeline.last || !same_workload(timeline.last->meta.ref(), ref)) continue;
    // A Job's selector is made by its controller (by uid) and is in no manifest.
    return Known{timeline.last->pod.labels, ref.kind == "Job" ? LabelSelector{} : timeline.last->selector, nullptr};
  }
  for (const auto& [key, timeline] : history.pods) {
    if (timeline.last && same_workload(timeline.last->meta.ref(), ref))
      return Known{timeline.last->meta.labels, {}, nullptr};
  }
  return std::nullopt;
}

// Every Service of the namespace, in every version that the run saw or planned.
std::vector<model::Service> services_of(const History& history, const std::string& ns) {
  std::vector<model::Service> result;
  for (const auto& [key, timeline] : history.services) {
    for (const auto& version : timeline.versions) {
      if (version.object && version.object->meta.ns == ns) result.push_back(*version.object);
    }
  }
  if (!history.plan) return result;
  for (const auto& step : history.plan->steps) {
    const auto* apply = std::get_if<plan::Apply>(&step.action);
    if (apply == nullptr) continue;
    for (const auto& manifest : apply->manifests) {
      if (text_of(manifest.object, "kind") == "Service") result.push_back(model::project_service(manifest.object));
    }
  }
  return result;
}

// --- the new labels
// ---------------------------------------------------------------------------------------------------

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return text;
}

// "sayhi" -> "sayhi-job": a label value of at most 63 characters that ends in a letter.
std::string renamed(const std::string& value, const std::string& kind) {
  constexpr std::size_t longest = 63;
  const std::string suffix = lower(kind);
  if (value.empty()) return suffix;
  return value.substr(0, longest - suffix.size() - 1) + "-" + suffix;
}

// Changes the value of one label; a second change of the same label replaces the first.
void rename(const std::string& key, const std::string& kind, Labels& labels, std::vector<LabelChange>& changes) {
  const std::string value = renamed(labels[key], kind);
  const auto before =
      std::find_if(changes.begin(), changes.end(), [&](const LabelChange& one) { return one.key == key; });
  if (before != changes.end()) {
    before->to = value;
  } else {
    changes.push_back({dotted(labels_at(kind)), key, labels[key], value});
  }
  labels[key] = value;
}

// Changes the first label that a Service's selector asks for, until no Service selects the pods. The bound only ends
// the search where new values are selected in their turn.
std::vector<LabelChange> rename_out(const std::vector<model::Service>& services, const std::string& kind,
                                    Labels& labels) {
  std::vector<LabelChange> changes;
  for (int round = 0; round < 8; ++round) {
    const auto selecting = std::find_if(services.begin(), services.end(), [&](const model::Service& service) {
      return model::selects(service.selector, labels);
    });
    if (selecting == services.end()) break;
    rename(selecting->selector.begin()->first, kind, labels, changes);
  }
  return changes;
}

bool any_selects(const std::vector<model::Service>& services, const Labels& labels) {
  return std::any_of(services.begin(), services.end(),
                     [&](const model::Service& service) { return model::selects(service.selector, labels); });
}

// The same change in the workload's own selector, where that names the label; false when it cannot follow.
bool follow_selector(LabelSelector& selector, const Labels& labels, const std::string& kind,
                     std::vector<LabelChange>& changes) {
  std::vector<LabelChange> more;
  for (const auto& change : changes) {
    const auto found = selector.match_labels.find(change.key);
    if (found == selector.match_labels.end() || found->second != change.from) continue;
    found->second = change.to;
    more.push_back({dotted(selector_at(kind)), change.key, change.from, change.to});
  }
  changes.insert(changes.end(), more.begin(), more.end());
  return model::matches(selector, labels);
}

// --- its forms
// --------------------------------------------------------------------------------------------------------

json merge_patch_of(const std::vector<LabelChange>& changes) {
  json patch = json::object();
  for (const auto& change : changes) {
    std::string pointer = "/" + change.where;
    std::replace(pointer.begin(), pointer.end(), '.', '/');
    json& labels = patch[json::json_pointer(pointer)];
    if (!labels.is_object()) labels = json::object();
    labels[change.key] = change.to;
  }
  return patch;
}

// A YAML 1.1 plain scalar that can be nothing but this string; else in double quotes, JSON's being YAML's.
std::string scalar(const std::string& text) {
  static const std::set<std::string> words = {"y", "n", "yes", "no", "on", "off", "true", "false", "null"};
  const bool plain = !text.empty() && (std::isalpha(static_cast<unsigned char>(text[0])) != 0) &&
                     words.count(lower(text)) == 0 && std::all_of(text.begin(), text.end(), [](unsigned char c) {
                       return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.' || c == '/';
                     });
  return plain ? text : json(text).dump(-1, ' ', true, json::error_handler_t::replace);
}

void write_yaml(const json& node, const std::vector<LabelChange>& changes, std::size_t depth, std::string& out) {
  for (const auto& [key, value] : node.items()) {
    out += std::string(2 * depth, ' ') + scalar(key) + ":";
    if (value.is_object()) {
      out += "\n";
      write_yaml(value, changes, depth + 1, out);
      continue;
    }
    const auto name = key;
    const auto change =
        std::find_if(changes.begin(), changes.end(), [&](const LabelChange& one) { return one.key == name; });
    out += " " + scalar(value.get<std::string>()) + (change != changes.end() ? "  # was: " + safe(change->from) : "") +
           "\n";
  }
}

std::vector<std::string> order_of(const ObjectRef& stray, const std::string& file, bool selector_changed) {
  const std::string name = display(stray);
  const std::string manifest = file.empty() ? "the manifest of " + name : safe(file);
  std::vector<std::string> order = {fmt::format("Change the labels in {} as above.", manifest)};
  if (stray.kind == "Job") {
    order.push_back(fmt::format(
        "The pod template of a Job cannot be changed in place: delete {} if it still exists, then apply {}.", name,
        manifest));
  } else if (stray.kind == "CronJob") {
    order.push_back(fmt::format(
        "Apply {}; Jobs that it starts from then on stay out of the Service, one that runs now ends as it is.",
        manifest));
  } else if (selector_changed) {
    order.push_back(fmt::format("The selector of a {} cannot be changed in place: delete {}, then apply {}.",
                                safe(stray.kind), name, manifest));
  } else {
    order.push_back(fmt::format("Apply {}.", manifest));
  }
  order.emplace_back(
      "Leave the Service's selector as it is: changed first, it can cut every endpoint off until all pods carry the "
      "new label.");
  return order;
}

std::vector<std::string> checked_of(const std::vector<model::Service>& services, const Labels& labels,
                                    const Intent& intent, const Finding& finding) {
  std::set<std::string> names;
  for (const auto& service : services) names.insert(service.meta.name);
  return {fmt::format("with {} on the pods of {}, no Service of the run selects them ({} looked at)",
                      safe(model::to_string(labels)), display(*finding.workload), names.size()),
          fmt::format("Service/{} still selects the pods of {}", safe(intent.service), display(*intent.workload)),
          "a label only added would not help: a selector also matches pods with more labels"};
}

}  // namespace

void propose_fix(const Case& the_case, const Intent& intent, Finding& finding) {
  const History& history = the_case.history;
  const ObjectRef& stray = *finding.workload;
  const auto known = known_of(history, stray);
  const auto meant = intent.workload ? known_of(history, *intent.workload) : std::nullopt;
  const auto service = history.service(finding.ns, finding.service);
  const auto services = services_of(history, finding.ns);
  if (!known || !meant || !service || !model::selects(service->selector, known->labels) ||
      !model::selects(service->selector, meant->labels)) {
    finding.no_fix = "the log does not hold the labels and selectors with which a fix could be checked";
    return;
  }
  Labels labels = known->labels;
  LabelSelector selector = known->selector;
  auto changes = rename_out(services, stray.kind, labels);
  const auto in_template = changes.size();
  const bool follows = selector.empty() || follow_selector(selector, labels, stray.kind, changes);
  if (any_selects(services, labels) || !follows) {
    finding.no_fix = "no change of the labels was found that takes its pods out of every Service and leaves it its own";
    return;
  }
  Fix fix;
  fix.target = {stray.kind, stray.name, ""};
  if (known->manifest != nullptr) {
    fix.file = known->manifest->file;
    fix.line = known->manifest->line;
  }
  fix.merge_patch = merge_patch_of(changes);
  write_yaml(fix.merge_patch, changes, 0, fix.yaml);
  fix.order = order_of(stray, fix.file, changes.size() > in_template);
  fix.checked = checked_of(services, labels, intent, finding);
  fix.kubectl = {kubectl_list(finding.ns, "pods", service->selector, "--show-labels"),
                 kubectl_slices(finding.ns, finding.service)};
  fix.changes = std::move(changes);
  finding.fix = std::move(fix);
}

}  // namespace straycat::diagnose
