// The cure of a stray by the same judges that a run and a listing have.
#include <algorithm>

#include "lint/rules.hpp"
#include <straycat/finding/intent.hpp>
#include <straycat/finding/label_fix.hpp>
#include <straycat/model/selector.hpp>

namespace straycat::lint {
namespace {

finding::Source cure_source(const Thing& thing, const Hook& hook, const model::Meta& meta) {
  if (hook.any) return finding::Source::helm_hook;
  const finding::Source source = finding::source_of(meta);
  return source == finding::Source::manifest && !thing.origin.source.empty() ? finding::Source::helm : source;
}

// The template where Helm names it, else the file.
std::string file_of(const Spot& spot) { return spot.source.empty() ? spot.file : spot.source; }

std::vector<finding::Bound> bounds_of(const World& world, const Thing& in) {
  std::vector<finding::Bound> out;
  for (const Budget& one : world.facts().budgets)
    if (same_namespace(one, in) && one.selects) out.push_back({name_of(one), one.selector});
  for (const Policy& one : world.facts().policies)
    if (same_namespace(one, in)) out.push_back({name_of(one), one.policy.pods});
  for (const Monitor& one : world.facts().monitors)
    if (one.of_pods && same_namespace(one, in)) out.push_back({name_of(one), one.selector});
  return out;
}

finding::LabelFixRequest request_of(const World& world, const ServiceFact& service, const Maker& stray,
                                    const Flaw& flaw) {
  finding::LabelFixRequest request;
  request.ns = service.ref.ns.empty() ? "default" : service.ref.ns;
  request.service = service.ref.name;
  request.service_selector = service.service.selector;
  for (const ServiceFact& one : world.facts().services)
    if (same_namespace(one, service)) request.services.push_back(one.service);
  request.known_as = "of these manifests";
  request.stray = stray.ref;
  request.stray_labels = stray.pod_labels();
  request.stray_selector = model::own_selector(stray.workload);
  request.stray_shape = stray.workload.pod;
  request.file = file_of(flaw.other_spot);
  request.line = flaw.other_spot.source.empty() ? flaw.other_spot.at.line : 0;
  request.bounds = bounds_of(world, service);
  request.stray_source = cure_source(stray, stray.hook, stray.workload.meta);
  request.service_source = cure_source(service, {}, service.service.meta);
  request.service_file = file_of(flaw.spot);
  request.service_line = flaw.spot.source.empty() ? flaw.spot.at.line : 0;
  return request;
}

}  // namespace

Flaw flaw_at(const World& world, const Thing& object, const Path& path, const Thing* other, const Path& other_path) {
  Flaw flaw;
  flaw.object = object.ref;
  flaw.spot = world.spot(object, path);
  if (other != nullptr) {
    flaw.other = other->ref;
    flaw.other_spot = world.spot(*other, other_path);
  }
  return flaw;
}

finding::Intent intent_of(const World& world, const ServiceFact& service) {
  finding::Question question{service.service, {}, "", {}};
  for (const Maker* one : world.behind(service, Match::maybe))
    question.claimants.push_back(finding::claimant_of(service.service, one->ref, &one->workload, {}));
  return finding::intend(question);
}

bool meant_for(const World& world, const ServiceFact& service, const Maker& maker) {
  const finding::Intent intent = intent_of(world, service);
  return intent.known() && intent.means(maker.ref);
}

void cure_stray(const World& world, const ServiceFact& service, const Maker& stray,
                const std::vector<const Maker*>& homes, Flaw& flaw) {
  finding::LabelFixRequest request = request_of(world, service, stray, flaw);
  const finding::Intent intent = intent_of(world, service);
  for (const Maker* one : homes) {
    auto& list = !intent.known() || intent.means(one->ref) ? request.meant : request.beside;
    list.push_back({one->ref, one->pod_labels()});
  }
  auto fix = finding::stray_fix(request);
  if (fix) {
    flaw.fix = std::move(*fix);
  } else {
    flaw.no_fix = fix.error().message;
  }
}

}  // namespace straycat::lint
