#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <straycat/finding/kubectl.hpp>
#include <straycat/finding/label_fix.hpp>
#include <straycat/finding/ports.hpp>
#include <straycat/finding/words.hpp>
#include <straycat/model/kinds.hpp>
#include <straycat/model/selector.hpp>

namespace straycat::finding {
namespace {

using model::Labels;
using model::LabelSelector;
using model::ObjectRef;

std::string dotted(std::string pointer) {
  std::replace(pointer.begin(), pointer.end(), '/', '.');
  return pointer.substr(1);
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
    changes.push_back({dotted(model::pod_labels_of(kind)), key, labels[key], value});
  }
  labels[key] = value;
}

// What the stray's pods must still be matched by, whatever else changes.
struct Kept {
  std::vector<const model::Service*> services;
  std::vector<const Bound*> bounds;
};

bool selects_a_meant_one(const LabelFixRequest& request, const model::Service& service) {
  return std::any_of(request.meant.begin(), request.meant.end(),
                     [&](const Meant& one) { return model::selects(service.selector, one.labels); });
}

// A Service that selects the stray, and not for its port and not beside the meant pods only by the way: it may be made
// for it.
bool may_be_its_own(const LabelFixRequest& request, const model::Service& service) {
  if (service.meta.name == request.service) return false;
  return !selects_a_meant_one(request, service) || any_fits(fits_of(service, request.stray_shape));
}

// With these labels it is selected, and for no good: a Service that did not select it before is never its own.
bool strays_into(const LabelFixRequest& request, const model::Service& service, const Labels& labels) {
  if (!model::selects(service.selector, labels)) return false;
  return !model::selects(service.selector, request.stray_labels) || !may_be_its_own(request, service);
}

Kept kept_by(const LabelFixRequest& request) {
  Kept kept;
  for (const model::Service& service : request.services) {
    if (model::selects(service.selector, request.stray_labels) && may_be_its_own(request, service))
      kept.services.push_back(&service);
  }
  for (const Bound& bound : request.bounds) {
    if (model::matches(bound.selector, request.stray_labels)) kept.bounds.push_back(&bound);
  }
  return kept;
}

// Who would lose the pods, if these were their labels; "" when nobody would.
std::string loser(const Kept& kept, const Labels& labels) {
  for (const model::Service* service : kept.services)
    if (!model::selects(service->selector, labels)) return "Service/" + safe(service->meta.name);
  for (const Bound* bound : kept.bounds)
    if (!model::matches(bound->selector, labels)) return bound->who;
  return "";
}

// The label of a selector whose change costs nobody his pods: of those that the stray's own selector does not name
// first, as that of most kinds cannot be changed in place.
std::optional<std::string> changeable(const LabelFixRequest& request, const Kept& kept, const Labels& selector,
                                      const Labels& labels, std::string& why) {
  std::optional<std::string> second;
  for (const auto& [key, value] : selector) {
    if (is_release_identity(key)) continue;
    Labels changed = labels;
    changed[key] = renamed(labels.at(key), request.stray.kind);
    if (const std::string who = loser(kept, changed); !who.empty()) {
      why =
          fmt::format("another value of {} would take the pods of {} from {}", safe(key), display(request.stray), who);
      continue;
    }
    if (request.stray_selector.match_labels.count(key) == 0) return key;
    if (!second) second = key;
  }
  return second;
}

// Changes one label that a Service's selector asks for, until no Service that it strays into selects the pods. The
// bound only ends the search where new values are selected in their turn.
std::vector<LabelChange> rename_out(const LabelFixRequest& request, const Kept& kept, Labels& labels,
                                    std::string& why) {
  std::vector<LabelChange> changes;
  for (int round = 0; round < 8; ++round) {
    const auto selecting =
        std::find_if(request.services.begin(), request.services.end(),
                     [&](const model::Service& service) { return strays_into(request, service, labels); });
    if (selecting == request.services.end()) break;
    const auto key = changeable(request, kept, selecting->selector, labels, why);
    if (!key) return {};
    rename(*key, request.stray.kind, labels, changes);
  }
  return changes;
}

bool strays_still(const LabelFixRequest& request, const Labels& labels) {
  return std::any_of(request.services.begin(), request.services.end(),
                     [&](const model::Service& service) { return strays_into(request, service, labels); });
}

// The same change in the workload's own selector, where that names the label; false when it cannot follow.
bool follow_selector(LabelSelector& selector, const Labels& labels, const std::string& kind,
                     std::vector<LabelChange>& changes) {
  std::vector<LabelChange> more;
  for (const auto& change : changes) {
    const auto found = selector.match_labels.find(change.key);
    if (found == selector.match_labels.end() || found->second != change.from) continue;
    found->second = change.to;
    more.push_back({dotted(model::own_selector_of(kind)), change.key, change.from, change.to});
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

constexpr const char* selector_stays =
    "Leave the Service's selector as it is: changed first, it can cut every endpoint off until all pods carry the new "
    "label.";

// What Helm made is changed where Helm reads it.
std::vector<std::string> order_in_chart(const ObjectRef& stray, const std::string& file, Source source) {
  const std::string where = file.empty() ? "" : fmt::format(" (here: {})", safe(file));
  if (source == Source::helm_hook)
    return {fmt::format("{} is a Helm hook: change the labels in its template in the chart{} as above.", display(stray),
                        where),
            "Upgrade the release, which makes the hook anew; do not delete or apply it by hand.", selector_stays};
  return {fmt::format("{} is Helm's: change the labels in the chart's template{} as above.", display(stray), where),
          "Upgrade the release; where Helm says that a field cannot be changed, it has to make the object anew.",
          selector_stays};
}

std::vector<std::string> order_of(const LabelFixRequest& request, bool selector_changed) {
  const ObjectRef& stray = request.stray;
  if (request.stray_source != Source::manifest) return order_in_chart(stray, request.file, request.stray_source);
  const std::string name = display(stray);
  const std::string manifest = request.file.empty() ? "the manifest of " + name : safe(request.file);
  std::vector<std::string> order = {fmt::format("Change the labels in {} as above.", manifest)};
  const model::Kind* kind = model::kind_named(stray.kind);
  if (kind != nullptr && kind->fixed_template) {
    order.push_back(
        fmt::format("The pod template of a {} cannot be changed in place: delete {} if it still exists, then apply {}.",
                    kind->name, name, manifest));
  } else if (kind != nullptr && kind->comes_and_goes && !kind->makes.empty()) {
    order.push_back(fmt::format(
        "Apply {}; {}s that it starts from then on stay out of the Service, one that runs now ends as it is.", manifest,
        kind->makes));
  } else if (selector_changed && kind != nullptr && !kind->fixed_selector) {
    order.push_back(fmt::format(
        "With another selector it would let go of the pods that it has: delete {}, then apply {}.", name, manifest));
  } else if (selector_changed) {
    order.push_back(fmt::format("The selector of a {} cannot be changed in place: delete {}, then apply {}.",
                                safe(stray.kind), name, manifest));
  } else {
    order.push_back(fmt::format("Apply {}.", manifest));
  }
  order.emplace_back(selector_stays);
  return order;
}

std::string names_of(const std::vector<Meant>& all) {
  std::string out;
  for (std::size_t i = 0; i < all.size(); ++i)
    out += (i == 0 ? "" : i + 1 == all.size() ? " and " : ", ") + display(all[i].workload);
  return out;
}

std::string all_of_them(const Kept& kept) {
  std::set<std::string> names;
  for (const model::Service* service : kept.services) names.insert("Service/" + safe(service->meta.name));
  for (const Bound* bound : kept.bounds) names.insert(bound->who);
  return fmt::format("{}", fmt::join(names, ", "));
}

std::vector<std::string> checked_of(const LabelFixRequest& request, const Kept& kept, const Labels& labels) {
  std::set<std::string> names;
  for (const auto& service : request.services) names.insert(service.meta.name);
  const std::string but = kept.services.empty() ? "" : " but those below";
  std::vector<std::string> checked = {
      fmt::format("with {} on the pods of {}, no Service {}{} selects them ({} looked at)",
                  safe(model::to_string(labels)), display(request.stray), request.known_as, but, names.size()),
      fmt::format("Service/{} still selects the pods of {}", safe(request.service), names_of(request.meant))};
  if (!kept.services.empty() || !kept.bounds.empty())
    checked.push_back(fmt::format("the pods of {} are still matched by {}", display(request.stray), all_of_them(kept)));
  checked.emplace_back("a label only added would not help: a selector also matches pods with more labels");
  return checked;
}

}  // namespace

bool is_release_identity(const std::string& key) {
  return key == "app.kubernetes.io/instance" || key == "app.kubernetes.io/managed-by" || key.starts_with("helm.sh/");
}

Result<Fix> label_fix(const LabelFixRequest& request) {
  const bool meant_selected =
      !request.meant.empty() && std::all_of(request.meant.begin(), request.meant.end(), [&](const Meant& one) {
        return model::selects(request.service_selector, one.labels);
      });
  if (!model::selects(request.service_selector, request.stray_labels) || !meant_selected)
    return bad_input("the labels and selectors with which a fix could be checked are not known");
  if (request.stray_source == Source::controller)
    return bad_input(fmt::format("{} is made by {}: the labels of its pods are changed there", display(request.stray),
                                 safe(request.owner)));
  const Kept kept = kept_by(request);
  std::string why = "no change of the labels was found that takes its pods out of every Service and leaves it its own";
  Labels labels = request.stray_labels;
  LabelSelector selector = request.stray_selector;
  auto changes = rename_out(request, kept, labels, why);
  const auto in_template = changes.size();
  const bool follows = selector.empty() || follow_selector(selector, labels, request.stray.kind, changes);
  if (strays_still(request, labels) || !follows) return bad_input(why);
  Fix fix;
  fix.target = {request.stray.kind, request.stray.name, ""};
  fix.leaves = fix.target;
  fix.file = request.file;
  fix.line = request.line;
  fix.merge_patch = merge_patch_of(changes);
  write_yaml(fix.merge_patch, changes, 0, fix.yaml);
  fix.order = order_of(request, changes.size() > in_template);
  fix.checked = checked_of(request, kept, labels);
  fix.kubectl = {kubectl_list(request.ns, "pods", request.service_selector, "--show-labels"),
                 kubectl_slices(request.ns, request.service)};
  fix.changes = std::move(changes);
  return fix;
}

}  // namespace straycat::finding
