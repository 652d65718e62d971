#include "lint/guard/cel.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <straycat/model/kinds.hpp>
#include <straycat/model/selector.hpp>

namespace straycat::lint {
namespace {

// Nothing that is put between quotes holds one: is_name_text was asked of each.
std::string cel_text(std::string_view text) { return "'" + std::string(text) + "'"; }

// The labels of the pods that an object makes. `dyn`: one policy speaks of kinds of several shapes.
std::string labels_in(const std::string& object) {
  return fmt::format(
      "{0}.kind == 'Pod' ? dyn({0}).metadata.?labels.orValue({{}}) :\n"
      "{0}.kind == 'CronJob' ? dyn({0}).spec.?jobTemplate.?spec.?template.?metadata.?labels.orValue({{}}) :\n"
      "dyn({0}).spec.?template.?metadata.?labels.orValue({{}})",
      object);
}

std::string selected(const model::Labels& selector, const std::string& labels) {
  std::string out;
  for (const auto& [key, value] : selector)
    out += fmt::format("{0}{1} in {2} && {2}[{1}] == {3}", out.empty() ? "" : " &&\n", cel_text(key), labels,
                       cel_text(value));
  return out;
}

std::string named(const std::string& what, const std::string& name) {
  return name.ends_with('*') ? fmt::format("{}.startsWith({})", what, cel_text(name.substr(0, name.size() - 1)))
                             : fmt::format("{} == {}", what, cel_text(name));
}

// What the names of all that it makes begin with.
std::string stem_of(const model::ObjectRef& who) {
  return who.name.ends_with('*') ? who.name.substr(0, who.name.size() - 1) : who.name;
}

// An owner of a pod that is made by this workload.
std::string owner_is(const model::ObjectRef& who) {
  if (who.kind == "Deployment")
    return who.name.ends_with('*') ? fmt::format("o.kind == 'ReplicaSet' && {}", named("o.name", who.name))
                                   : fmt::format(
                                         "o.kind == 'ReplicaSet' && o.name == {} + "
                                         "variables.labels[?'pod-template-hash'].orValue('?')",
                                         cel_text(who.name + "-"));
  if (who.kind == "CronJob")
    return fmt::format("o.kind == 'Job' && o.name.startsWith({})",
                       cel_text(stem_of(who) + (who.name.ends_with('*') ? "" : "-")));
  const std::string own = fmt::format("o.kind == {} && {}", cel_text(who.kind), named("o.name", who.name));
  // Another maker's kind has its pods made by itself, or by ReplicaSets named after it (a Rollout).
  if (model::kind_named(who.kind) == nullptr)
    return fmt::format("{} || o.kind == 'ReplicaSet' && o.name.startsWith({})", own,
                       cel_text(stem_of(who) + (who.name.ends_with('*') ? "" : "-")));
  return own;
}

// Its own object, or a pod of it. A pod that nobody makes is its own object.
std::string is_one(const model::ObjectRef& who) {
  const std::string own = fmt::format("object.kind == {} && {}", cel_text(who.kind), named("variables.name", who.name));
  if (who.kind == "Pod") return own + " && variables.owners.size() == 0";
  return fmt::format("{} ||\nobject.kind == 'Pod' && variables.owners.exists(o, {})", own, owner_is(who));
}

std::string any_of_them(const std::vector<model::ObjectRef>& all) {
  std::string out;
  for (const model::ObjectRef& one : all) out += (out.empty() ? "" : " ||\n") + is_one(one);
  return out;
}

std::string names_of_meant(const Guard& guard) {
  std::string out;
  for (const model::ObjectRef& one : guard.meant) out += (out.empty() ? "" : " and ") + one.display();
  return out;
}

}  // namespace

bool is_name_text(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
           std::string_view("-_./").find(c) != std::string_view::npos;
  });
}

std::vector<CelVariable> guard_variables(const Guard& guard) {
  return {
      {"name", "dyn(object).metadata.?name.orValue('')"},
      {"labels", labels_in("object")},
      {"labelsBefore", "oldObject == null ? {} :\n" + labels_in("oldObject")},
      {"owners", "dyn(object).metadata.?ownerReferences.orValue([]).filter(o, o.?controller.orValue(false))"},
      {"selected", selected(guard.selector, "variables.labels")},
      {"selectedBefore", selected(guard.selector, "variables.labelsBefore")},
      {"made", "object.kind != 'Pod' && variables.owners.size() > 0"},
      {"meant", any_of_them(guard.meant)},
  };
}

std::string guard_condition() {
  return "!variables.selected || variables.selectedBefore || variables.made || variables.meant";
}

std::string guard_message(const Guard& guard) {
  return fmt::format(
      "Service/{} in {} is for {}, and its selector {} would match these pods, too: connections that land "
      "there would fail. Give them other labels.",
      guard.service, guard.ns, names_of_meant(guard), model::to_string(guard.selector));
}

std::string guard_message_expression(const Guard& guard) {
  return fmt::format("object.kind + '/' + variables.name + {}", cel_text(": " + guard_message(guard)));
}

}  // namespace straycat::lint
