#include "lint/scaling.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include <straycat/finding/words.hpp>
#include <straycat/model/kinds.hpp>

namespace straycat::lint {
namespace {

constexpr std::array scaled_kinds{"Deployment", "StatefulSet", "ReplicaSet", "ReplicationController"};

bool is_scaled(std::string_view kind) {
  return std::find(scaled_kinds.begin(), scaled_kinds.end(), kind) != scaled_kinds.end();
}

std::string lowered(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

const Maker* target_of(const World& world, const Autoscaler& scaler) {
  for (const Maker& one : world.facts().makers)
    if (one.ref.kind == scaler.target_kind && one.ref.name == scaler.target_name && same_namespace(one, scaler))
      return &one;
  return nullptr;
}

// The resource that it lacks and that the autoscaler divides by; "" when it lacks none.
std::string lacking(const Autoscaler& scaler, const Maker& maker) {
  for (const std::string& resource : scaler.utilization)
    if (maker.lacks(resource)) return resource;
  return "";
}

// Its pods are there while the target's are, and long enough to be counted.
bool is_counted(const Maker& maker, Counted which) {
  if (maker.hook.test) return which == Counted::tests && maker.hook.kept;
  if (maker.hook.any && !(maker.hook.live && maker.hook.kept)) return false;
  return which == Counted::workloads && maker.ref.kind != "Pod" && !maker.suspended;
}

std::string uncounted_words(const Autoscaler& scaler, const Maker& target, const Maker& maker,
                            const std::string& resource) {
  const char* when = maker.hook.test          ? "once `helm test` has run"
                     : maker.comes_and_goes() ? "once it has run"
                                              : "as soon as they are there";
  return fmt::format(
      "{} takes a share of the {} requests of all pods that the selector of {} matches, those of {} among them, which "
      "request none: {} it reports a missing request and scales no more.",
      name_of(scaler), finding::safe(resource), name_of(target), name_of(maker), when);
}

void look_at(const World& world, const Autoscaler& scaler, Counted which, std::vector<Flaw>& out) {
  const Maker* target = target_of(world, scaler);
  if (target == nullptr || target->doubtful || target->workload.selector.empty()) return;
  for (const Maker& maker : world.facts().makers) {
    if (&maker == target || maker.doubtful || !same_namespace(maker, scaler) || !is_counted(maker, which)) continue;
    if (selects(target->workload.selector, maker) != Match::yes) continue;
    const std::string resource = lacking(scaler, maker);
    if (resource.empty()) continue;
    Flaw flaw = flaw_at(world, scaler, {"spec", "scaleTargetRef", "name"}, &maker, labels_path(maker));
    flaw.sentence = uncounted_words(scaler, *target, maker, resource);
    out.push_back(std::move(flaw));
  }
}

// --- targets

bool has_target(const World& world, const Autoscaler& scaler) {
  bool there = false;
  const auto look = [&](const Thing& one) {
    there = there || (one.ref.kind == scaler.target_kind && one.ref.name == scaler.target_name);
  };
  for (const Maker& one : world.facts().makers)
    there = there || (one.ref.kind == scaler.target_kind && one.ref.name == scaler.target_name);
  for (const Thing& one : world.facts().shadows) look(one);
  return there;
}

// Written in a way that the API server does not take for the kind.
bool is_misspelt(const Autoscaler& scaler) {
  return !is_scaled(scaler.target_kind) && std::any_of(scaled_kinds.begin(), scaled_kinds.end(), [&](const char* kind) {
    return lowered(kind) == lowered(scaler.target_kind);
  });
}

// Whether `name` is `word` with something before it, or before and after it: a release's prefix that was left out.
bool holds_word(const std::string& name, const std::string& word) {
  const std::size_t at = name.find("-" + word);
  return !word.empty() && at != std::string::npos &&
         (at + 1 + word.size() == name.size() || name[at + 1 + word.size()] == '-');
}

// What was perhaps meant: the same name of another kind, the autoscaler's own name, a name with the prefix that is
// missing, or one mistyped.
const Maker* near_target(const World& world, const Autoscaler& scaler) {
  std::vector<std::string> names;
  const Maker* best = nullptr;
  int rank = 5;
  const auto offer = [&](const Maker& one, int at) {
    if (at < rank) best = &one, rank = at;
  };
  for (const Maker& one : world.facts().makers) {
    if (!is_scaled(one.ref.kind) || one.comes_and_goes() || !same_namespace(one, scaler)) continue;
    names.push_back(one.ref.name);
    if (one.ref.name == scaler.target_name) offer(one, 1);
    if (one.ref.name == scaler.ref.name) offer(one, 2);
    if (holds_word(one.ref.name, scaler.target_name)) offer(one, 3);
  }
  if (const auto meant = yaml::did_you_mean(scaler.target_name, names); meant && best == nullptr)
    for (const Maker& one : world.facts().makers)
      if (one.ref.name == *meant && is_scaled(one.ref.kind)) offer(one, 4);
  return best;
}

Flaw missing_flaw(const World& world, const Autoscaler& scaler, const Maker* near) {
  const char* key = near != nullptr && near->ref.name == scaler.target_name ? "kind" : "name";
  Flaw flaw = flaw_at(world, scaler, {"spec", "scaleTargetRef", key}, near, {"metadata", "name"});
  const model::ObjectRef target{scaler.target_kind, "", scaler.target_name, ""};
  if (near == nullptr) flaw.other = target;
  flaw.sentence =
      fmt::format("{} scales {}, which is not there: it does nothing{}.", name_of(scaler), finding::display(target),
                  near == nullptr ? "" : fmt::format("; {} is there", name_of(*near)));
  return flaw;
}

}  // namespace

std::vector<Flaw> uncounted_flaws(const World& world, Counted which) {
  std::vector<Flaw> out;
  if (world.facts().limit_ranges) return out;  // what requests nothing gets the namespace's default
  for (const Autoscaler& scaler : world.facts().autoscalers)
    if (!scaler.doubtful && !scaler.utilization.empty()) look_at(world, scaler, which, out);
  return out;
}

std::vector<Flaw> missing_targets(const World& world, Missing which) {
  std::vector<Flaw> out;
  if (!world.knows_all_makers()) return out;
  for (const Autoscaler& scaler : world.facts().autoscalers) {
    const bool known = is_scaled(scaler.target_kind) || is_misspelt(scaler);
    if (scaler.doubtful || !known || scaler.target_name.empty() || has_target(world, scaler)) continue;
    const Maker* near = near_target(world, scaler);
    if ((near != nullptr) == (which == Missing::near)) out.push_back(missing_flaw(world, scaler, near));
  }
  return out;
}

}  // namespace straycat::lint
