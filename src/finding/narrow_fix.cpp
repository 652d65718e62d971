// One label more in the selector of a Service: nothing has to be made anew, and no other Service's pods change.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include <straycat/finding/kubectl.hpp>
#include <straycat/finding/label_fix.hpp>
#include <straycat/finding/words.hpp>
#include <straycat/model/controller_labels.hpp>
#include <straycat/model/kinds.hpp>
#include <straycat/model/selector.hpp>

namespace straycat::finding {
namespace {

using model::Labels;

// Labels that controllers write, or that change with each release: a selector that asks for one selects nobody some
// day.
bool is_fleeting(const std::string& key) {
  static constexpr std::array fleeting{"version", "chart", "heritage", "app.kubernetes.io/version",
                                       "app.kubernetes.io/managed-by"};
  return std::find(fleeting.begin(), fleeting.end(), key) != fleeting.end() || key.starts_with("helm.sh/") ||
         key.starts_with("straycat.dev/") || model::is_controller_label(key);
}

// Those that name a thing come before those that say something of it.
int rank(const std::string& key) {
  static constexpr std::array names{"app.kubernetes.io/instance",
                                    "app.kubernetes.io/component",
                                    "app.kubernetes.io/name",
                                    "app",
                                    "component",
                                    "service"};
  return static_cast<int>(std::find(names.begin(), names.end(), key) - names.begin());
}

bool carry(const std::vector<Meant>& all, const std::string& key, const std::string& value) {
  return std::all_of(all.begin(), all.end(), [&](const Meant& one) {
    const auto found = one.labels.find(key);
    return found != one.labels.end() && found->second == value;
  });
}

// A label of all who are meant (and of those beside them that serve) that the stray's pods do not carry.
std::optional<Labels::value_type> telling(const LabelFixRequest& request) {
  std::optional<Labels::value_type> best;
  for (const auto& [key, value] : request.meant.front().labels) {
    const auto its = request.stray_labels.find(key);
    if (is_fleeting(key) || request.service_selector.count(key) > 0 || value.empty()) continue;
    if ((its != request.stray_labels.end() && its->second == value) || !carry(request.meant, key, value) ||
        !carry(request.beside, key, value))
      continue;
    if (!best || rank(key) < rank(best->first)) best.emplace(key, value);
  }
  return best;
}

std::string names_of(const LabelFixRequest& request) {
  std::string out;
  for (const auto* list : {&request.meant, &request.beside})
    for (const Meant& one : *list) out += (out.empty() ? "" : " and ") + display(one.workload);
  return out;
}

std::string still_selected_by(const LabelFixRequest& request) {
  std::string out;
  for (const model::Service& service : request.services) {
    const std::string name = "Service/" + safe(service.meta.name);
    if (service.meta.name == request.service || !model::selects(service.selector, request.stray_labels)) continue;
    if (out.find(name) == std::string::npos) out += (out.empty() ? "" : ", ") + name;
  }
  return out.empty() ? "no other Service selects them" : "still selected by " + out;
}

std::vector<std::string> order_of(const LabelFixRequest& request) {
  const std::string file = request.service_file.empty() ? "" : fmt::format(" (here: {})", safe(request.service_file));
  if (request.service_source != Source::manifest)
    return {fmt::format("Service/{} is Helm's: add the label to its selector in the chart's template{} as above.",
                        safe(request.service), file),
            "Upgrade the release; no pod has to be made anew."};
  const std::string manifest = request.service_file.empty() ? "the Service's manifest" : safe(request.service_file);
  return {fmt::format("Add the label to the selector in {} as above.", manifest),
          fmt::format("Apply {}; no pod has to be made anew.", manifest)};
}

// JSON's strings are YAML's.
std::string quoted(const std::string& text) { return json(text).dump(-1, ' ', true, json::error_handler_t::replace); }

Fix fix_of(const LabelFixRequest& request, const std::string& key, const std::string& value) {
  Fix fix;
  fix.target = {"Service", request.service, ""};
  fix.leaves = {request.stray.kind, request.stray.name, ""};
  fix.file = request.service_file;
  fix.line = request.service_line;
  fix.merge_patch["spec"]["selector"][key] = value;
  fix.yaml = fmt::format("spec:\n  selector:\n    {}: {}  # new\n", safe(key), quoted(value));
  fix.changes = {{"spec.selector", key, "", value}};
  fix.order = order_of(request);
  Labels selector = request.service_selector;
  selector[key] = value;
  const std::string label = fmt::format("{}={}", safe(key), safe(value));
  fix.checked = {fmt::format("with {} Service/{} still selects the pods of {}: all of them carry it", label,
                             safe(request.service), names_of(request)),
                 fmt::format("the pods of {} do not carry it and are no longer selected by Service/{}; {}",
                             display(request.stray), safe(request.service), still_selected_by(request)),
                 "no label of any pod changes, so no other selector matches more or fewer"};
  fix.kubectl = {kubectl_list(request.ns, "pods", selector, "--show-labels"),
                 kubectl_slices(request.ns, request.service)};
  return fix;
}

}  // namespace

Source source_of(const model::Meta& object) {
  if (const auto* owner = object.controller(); owner != nullptr && !model::makes_pods(owner->kind))
    return Source::controller;
  if (!object.helm_hook.empty()) return Source::helm_hook;
  const auto by = object.labels.find("app.kubernetes.io/managed-by");
  return by != object.labels.end() && by->second == "Helm" ? Source::helm : Source::manifest;
}

Result<Fix> narrow_fix(const LabelFixRequest& request) {
  if (request.meant.empty() || !model::selects(request.service_selector, request.stray_labels))
    return bad_input("the labels and selectors with which a fix could be checked are not known");
  if (request.service_source == Source::controller)
    return bad_input(
        fmt::format("a controller writes Service/{}: its selector is changed there", safe(request.service)));
  const auto label = telling(request);
  const bool selected = std::all_of(request.meant.begin(), request.meant.end(), [&](const Meant& one) {
    return model::selects(request.service_selector, one.labels);
  });
  if (!selected) return bad_input("the labels and selectors with which a fix could be checked are not known");
  if (!label)
    return bad_input(fmt::format("the pods of {} carry no label that tells them from those of {}", names_of(request),
                                 display(request.stray)));
  return fix_of(request, label->first, label->second);
}

Result<Fix> stray_fix(const LabelFixRequest& request) {
  if (request.may_be_meant)
    return bad_input(
        fmt::format("{} may be meant to stand there, too: say for whom the Service is", display(request.stray)));
  auto narrow = narrow_fix(request);
  if (narrow) return narrow;
  auto label = label_fix(request);
  if (label || label.error().message == narrow.error().message) return label;
  return bad_input(narrow.error().message + "; and " + label.error().message);
}

}  // namespace straycat::finding
