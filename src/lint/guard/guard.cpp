// Manifests, or what a cluster lists -> whom a Service's guard lets pass.
#include <algorithm>

#include <fmt/format.h>

#include "lint/alternatives.hpp"
#include "lint/guard/cel.hpp"
#include "lint/rules.hpp"
#include <straycat/finding/words.hpp>
#include <straycat/lint/guard.hpp>
#include <straycat/model/selector.hpp>
#include <straycat/yaml/document.hpp>

namespace straycat::lint {
namespace {

bool is_usable(const Guard& guard) {
  bool good = is_name_text(guard.ns) && is_name_text(guard.service);
  for (const auto& [key, value] : guard.selector) good = good && is_name_text(key) && is_name_text(value);
  for (const model::ObjectRef& one : guard.meant) {
    std::string_view name = one.name;
    if (name.ends_with('*')) name.remove_suffix(1);
    good = good && is_name_text(name) && is_name_text(one.kind) && !name.empty();
  }
  return good;
}

bool lets_pass(const Guard& guard, const model::ObjectRef& who) {
  return std::any_of(guard.meant.begin(), guard.meant.end(), [&](const model::ObjectRef& one) {
    const bool many = one.name.ends_with('*');
    const bool same = many ? who.name.starts_with(one.name.substr(0, one.name.size() - 1)) : who.name == one.name;
    return same && who.kind == one.kind;
  });
}

Result<Guard> completed(Guard guard, const std::vector<model::ObjectRef>& seen) {
  const std::string service = finding::safe(guard.service);
  if (guard.selector.empty())
    return bad_input(fmt::format("Service/{} has no selector: nobody comes to stand behind it by labels", service));
  if (guard.meant.empty())
    return bad_input(fmt::format("for whom Service/{} is cannot be told ({}): say it with --for KIND/NAME", service,
                                 finding::safe(guard.basis)));
  if (!is_usable(guard))
    return bad_input(
        fmt::format("Service/{}: a name or a label of it, or of whom it is for, is none that Kubernetes "
                    "takes",
                    service));
  for (const model::ObjectRef& one : seen)
    if (!lets_pass(guard, one)) guard.kept_out.push_back(one);
  return guard;
}

// A Service, with the world that it stands in.
struct Guarded {
  const ServiceFact* service = nullptr;
  const Part* part = nullptr;
};

Result<Guarded> find_service(const std::vector<Part>& parts, const GuardRequest& request) {
  std::vector<Guarded> found;
  std::vector<std::string> names;
  for (const Part& part : parts)
    for (const ServiceFact& one : part.facts.services) {
      names.push_back(one.ref.name);
      const bool here = request.ns.empty() || one.ref.ns.empty() || one.ref.ns == request.ns;
      if (one.ref.name == request.service && here) found.push_back({&one, &part});
    }
  const std::string name = finding::safe(request.service);
  if (found.empty())
    return bad_input(
        fmt::format("there is no Service/{} in these manifests{}", name, yaml::suggestion(request.service, names)));
  if (found.size() > 1)
    return bad_input(
        fmt::format("Service/{} stands {} times in these manifests: give the ones that are deployed together, "
                    "or its namespace by -n",
                    name, found.size()));
  return found.front();
}

// Whom the person names must be there: a slip of the finger would let nobody pass.
Result<> check_meant(const Facts& facts, const GuardRequest& request) {
  std::vector<std::string> there;
  for (const Maker& one : facts.makers) there.push_back(one.ref.display());
  for (const model::ObjectRef& one : request.meant)
    if (!one.name.ends_with('*') && std::find(there.begin(), there.end(), one.display()) == there.end())
      return bad_input(fmt::format("--for: there is no {} in these manifests{}", finding::display(one),
                                   yaml::suggestion(one.display(), there)));
  return {};
}

}  // namespace

Result<Guard> guard_of(const model::Service& service, const finding::Intent& intent,
                       const std::vector<model::ObjectRef>& seen, bool deny) {
  if (service.type == "ExternalName")
    return bad_input(
        fmt::format("Service/{} is a name for something outside the cluster", finding::safe(service.meta.name)));
  return completed({service.meta.ns.empty() ? "default" : service.meta.ns,
                    service.meta.name,
                    service.selector,
                    intent.workloads,
                    intent.told(),
                    {},
                    deny},
                   seen);
}

Result<Guard> guard_of(const std::vector<Text>& texts, const GuardRequest& request) {
  Verdict verdict;
  const std::vector<Part> parts = parts_of(texts, verdict);
  if (!verdict.unread.empty()) return bad_input(verdict.unread.front().message);
  const Result<Guarded> found = find_service(parts, request);
  if (!found) return found.error();
  const World world(texts, found->part->facts, found->part->whole);
  if (const Result<> good = check_meant(world.facts(), request); !good) return good.error();
  finding::Intent intent = intent_of(world, *found->service);
  if (!request.meant.empty()) {
    intent.workloads = request.meant;
    intent.sure = finding::Sure::given;
    intent.basis = "--for says so";
  }
  std::vector<model::ObjectRef> seen;
  for (const Maker* one : world.behind(*found->service, Match::maybe)) seen.push_back(one->ref);
  model::Service service = found->service->service;
  if (service.meta.ns.empty()) service.meta.ns = request.ns;
  return guard_of(service, intent, seen, request.deny);
}

}  // namespace straycat::lint
