#include "lint/world.hpp"

#include <algorithm>

#include "lint/read.hpp"
#include <straycat/finding/words.hpp>
#include <straycat/model/kinds.hpp>
#include <straycat/model/selector.hpp>

namespace straycat::lint {
namespace {

std::string_view namespace_of(const Thing& thing) {
  return thing.ref.ns.empty() ? std::string_view("default") : std::string_view(thing.ref.ns);
}

// Whether a controller writes this label on the pods of such a workload.
bool writes(const Maker& maker, const std::string& key) {
  const std::string& kind = maker.ref.kind;
  if (key == "statefulset.kubernetes.io/pod-name" || key == "apps.kubernetes.io/pod-index")
    return kind == "StatefulSet";
  if (key == "pod-template-hash") return kind == "Deployment" || kind == "ReplicaSet";
  if (key == "controller-revision-hash") return kind == "StatefulSet" || kind == "DaemonSet";
  if (key == "pod-template-generation") return kind == "DaemonSet";
  if (key == "job-name" || key == "controller-uid" || key.starts_with("batch.kubernetes.io/"))
    return kind == "Job" || kind == "CronJob";
  return false;
}

// A value of theirs that can be told beforehand.
bool could_write(const Maker& maker, const std::string& key, const std::string& value) {
  if (key == "statefulset.kubernetes.io/pod-name") return value.starts_with(maker.ref.name + "-");
  if (key == "job-name" || key == "batch.kubernetes.io/job-name")
    return maker.ref.kind == "Job" ? value == maker.ref.name : value.starts_with(maker.ref.name + "-");
  return true;
}

bool is_shadow_of_maker(const Thing& shadow) {
  const std::string& kind = shadow.ref.kind;
  return kind.empty() || kind == "Pod" || kind == "List" || model::makes_pods(kind);
}

}  // namespace

bool same_namespace(const Thing& a, const Thing& b) { return namespace_of(a) == namespace_of(b); }

Match selects(const model::Labels& selector, const Maker& maker) {
  if (selector.empty()) return Match::no;
  Match match = Match::yes;
  for (const auto& [key, value] : selector) {
    const auto found = maker.pod_labels().find(key);
    if (found != maker.pod_labels().end() && found->second == value) continue;
    if (found != maker.pod_labels().end() || !writes(maker, key) || !could_write(maker, key, value)) return Match::no;
    match = Match::maybe;
  }
  return match;
}

Match selects(const model::LabelSelector& selector, const Maker& maker) {
  model::LabelSelector known = selector;
  bool maybe = false;
  for (auto at = known.match_labels.begin(); at != known.match_labels.end();) {
    const bool written = maker.pod_labels().count(at->first) == 0 && writes(maker, at->first) &&
                         could_write(maker, at->first, at->second);
    maybe = maybe || written;
    at = written ? known.match_labels.erase(at) : std::next(at);
  }
  std::erase_if(known.match_expressions, [&](const model::Requirement& one) {
    const bool written = maker.pod_labels().count(one.key) == 0 && writes(maker, one.key);
    maybe = maybe || written;
    return written;
  });
  if (!model::matches(known, maker.pod_labels())) return Match::no;
  return maybe ? Match::maybe : Match::yes;
}

bool World::knows_all(std::string_view kind) const {
  return whole_ && std::none_of(facts_.shadows.begin(), facts_.shadows.end(), [&](const Thing& one) {
           return one.ref.kind.empty() || one.ref.kind == "List" || one.ref.kind == kind;
         });
}

bool World::knows_all_makers() const {
  return whole_ && std::none_of(facts_.shadows.begin(), facts_.shadows.end(), is_shadow_of_maker);
}

std::vector<const Maker*> World::behind(const ServiceFact& service, Match least) const {
  std::vector<const Maker*> out;
  if (service.external) return out;
  for (const Maker& maker : facts_.makers)
    if (same_namespace(service, maker) && selects(service.service.selector, maker) >= least) out.push_back(&maker);
  return out;
}

std::vector<const Maker*> World::homes(const ServiceFact& service) const {
  std::vector<const Maker*> out = behind(service, Match::maybe);
  std::erase_if(out, [](const Maker* one) { return one->comes_and_goes(); });
  return out;
}

void World::each_home(const std::function<void(const ServiceFact&, const Maker&)>& call) const {
  for (const ServiceFact& service : facts_.services) {
    if (service.doubtful || service.service.selector.empty()) continue;
    for (const Maker* maker : homes(service))
      if (!maker->doubtful) call(service, *maker);
  }
}

Spot World::locate_(const Thing& thing, const Path& path) const { return locate(texts_, thing.origin, path); }

std::string name_of(const Thing& thing) {
  return finding::safe(thing.ref.kind) + "/" + finding::safe(thing.ref.name.empty() ? "(no name)" : thing.ref.name);
}

std::string names_of(const std::vector<const Maker*>& makers) {
  std::string out;
  for (const Maker* one : makers) out += (out.empty() ? "" : " and ") + name_of(*one);
  return out;
}

Path labels_path(const Maker& maker) {
  if (maker.ref.kind == "Pod") return {"metadata", "labels"};
  Path path;
  std::string pointer = model::pod_template_of(maker.ref.kind) + "/metadata/labels";
  for (std::size_t at = 0; at < pointer.size();) {
    const std::size_t end = std::min(pointer.find('/', at + 1), pointer.size());
    path.push_back(pointer.substr(at + 1, end - at - 1));
    at = end;
  }
  return path;
}

}  // namespace straycat::lint
