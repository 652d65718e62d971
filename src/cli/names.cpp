#include "cli/names.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <straycat/model/kinds.hpp>
#include <straycat/plan/plan.hpp>
#include <straycat/yaml/document.hpp>

namespace straycat::cli {
namespace {

// Whatever kubectl takes for a kind.
std::vector<std::string> kind_words() {
  std::vector<std::string> words;
  for (const model::Kind& kind : model::kinds())
    for (const std::string_view word : {kind.name, kind.plural, kind.short_name})
      if (!word.empty()) words.emplace_back(word);
  return words;
}

bool has_pods(const model::Kind& kind) { return kind.pod_template.has_value(); }

Error unknown_kind(const std::string& text) {
  const std::string word = text.substr(0, text.find('/'));
  return bad_input(fmt::format("unknown kind \"{}\" in \"{}\"{}", word, text, yaml::suggestion(word, kind_words())));
}

Result<model::ObjectRef> workload_named(const std::string& text, const std::string& ns) {
  const std::size_t slash = text.find('/');
  if (slash != std::string::npos && slash > 0 && model::kind_called(text.substr(0, slash)) == nullptr)
    return unknown_kind(text);
  const Result<plan::Target> target = plan::parse_target(text);
  if (!target) return target.error();
  if (!has_pods(*model::kind_named(target->kind)))
    return bad_input(fmt::format("{}: a Service is made for what has pods ({})", text,
                                 fmt::join(model::kind_names(has_pods), ", ")));
  return model::ObjectRef{target->kind, ns, target->name, ""};
}

// All workloads and pods of the Service's namespace: those that are listed, and those whose pods stand behind it.
std::vector<model::ObjectRef> those_there(const survey::Snapshot& snapshot, const survey::Survey& survey) {
  const std::string& ns = survey.ns;
  std::vector<model::ObjectRef> all;
  for (const survey::Standing& one : survey.behind) all.push_back(one.workload);
  for (const model::Workload& one : snapshot.workloads)
    if (one.meta.ns == ns) all.push_back(one.meta.ref());
  for (const model::Pod& pod : snapshot.pods)
    if (pod.meta.ns == ns) all.push_back(pod.meta.ref());
  return all;
}

Error no_such_workload(const model::ObjectRef& named, const std::vector<model::ObjectRef>& there) {
  std::vector<std::string> names;
  for (const model::ObjectRef& one : there) names.push_back(one.display());
  std::string near = yaml::suggestion(named.display(), names);
  if (near.empty()) {  // the right name under another kind
    const auto same = std::find_if(there.begin(), there.end(), [&](const auto& one) { return one.name == named.name; });
    if (same != there.end()) near = fmt::format(" (did you mean \"{}\"?)", same->display());
  }
  return bad_input(fmt::format("there is no {} in namespace {}{}", named.display(), named.ns, near)).within("--for");
}

}  // namespace

Result<std::string> service_named(const std::string& text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string::npos) return text;
  const std::string word = text.substr(0, slash);
  const model::Kind* kind = model::kind_called(word);
  if (kind == nullptr) return unknown_kind(text);
  if (kind->name != "Service" || slash + 1 == text.size())
    return bad_input(fmt::format("{}: a Service is asked for (svc/NAME)", text));
  return text.substr(slash + 1);
}

Result<std::vector<model::ObjectRef>> workloads_named(const std::vector<std::string>& texts, const std::string& ns) {
  std::vector<model::ObjectRef> named;
  for (const std::string& text : texts) {
    Result<model::ObjectRef> one = workload_named(text, ns);
    if (!one) return one.error().within("--for");
    named.push_back(std::move(*one));
  }
  return named;
}

Result<> look_up_namespace(const survey::Snapshot& snapshot, const std::string& ns) {
  if (!snapshot.ns_absent) return {};
  return bad_input(fmt::format("there is no namespace {}{}", ns, yaml::suggestion(ns, snapshot.namespaces)));
}

Error no_such_service(const survey::Snapshot& snapshot, const std::string& ns, const std::string& name) {
  std::vector<std::string> names;
  for (const model::Service& service : snapshot.services) names.push_back(service.meta.name);
  return bad_input(fmt::format("there is no Service/{} in namespace {}{}", name, ns, yaml::suggestion(name, names)));
}

Result<> look_up_workloads(const survey::Snapshot& snapshot, const survey::Survey& survey,
                           const std::vector<model::ObjectRef>& named) {
  const auto there = those_there(snapshot, survey);
  for (const model::ObjectRef& one : named) {
    const bool known = std::any_of(there.begin(), there.end(), [&](const model::ObjectRef& each) {
      return each.kind == one.kind && each.name == one.name;
    });
    if (known) continue;
    const std::string resource(model::kind_named(one.kind)->plural);
    if (snapshot.knows(resource)) return no_such_workload(one, there);
    return own_trouble(fmt::format("--for: {} could not be looked up: {} could not be read", one.display(), resource));
  }
  return {};
}

}  // namespace straycat::cli
