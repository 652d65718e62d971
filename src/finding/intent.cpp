#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <straycat/finding/intent.hpp>
#include <straycat/finding/words.hpp>
#include <straycat/model/kinds.hpp>
#include <straycat/model/selector.hpp>

namespace straycat::finding {
namespace {

// One thing that speaks for (or against) a claimant. Those of `identity` say whose it is, whether it works or not.
struct Sign {
  int weight = 0;
  std::string words;
  bool identity = false;
};

struct Weighed {
  const Claimant* who = nullptr;
  std::vector<Sign> signs;
  int score = 0;
  [[nodiscard]] bool identified() const {
    return std::any_of(signs.begin(), signs.end(), [](const Sign& one) { return one.identity && one.weight > 0; });
  }
  [[nodiscard]] bool disowned() const {
    return std::any_of(signs.begin(), signs.end(), [](const Sign& one) { return one.identity && one.weight < 0; });
  }
};

// So much more must speak for one than for any other. One sign of little weight (an age, pods that are there) is less.
constexpr int margin = 2;
constexpr int clear_margin = 4;
// A workload that comes and goes, and nothing else to be said of it.
constexpr int least_alone = -3;
constexpr std::uint64_t asked_enough = 3;
constexpr std::int64_t young_ns = 600'000'000'000;

// --- the signs

std::string label(const model::Labels& labels, const char* key) {
  const auto found = labels.find(key);
  return found == labels.end() ? "" : found->second;
}

// A label that both the Service and the pods carry.
std::optional<Sign> by_label(const Question& asked, const Claimant& one, const char* key, int same, int other,
                             const char* words) {
  const std::string mine = label(asked.service.meta.labels, key);
  const std::string its = label(one.labels, key);
  if (mine.empty() || its.empty()) return std::nullopt;
  return Sign{mine == its ? same : other, fmt::format("{} ({})", words, safe(its)), true};
}

bool joined(std::string_view whole, std::string_view part) {
  if (whole.size() <= part.size() + 1 || part.empty()) return false;
  const bool first = whole.starts_with(part) && whole[part.size()] == '-';
  const bool last = whole.ends_with(part) && whole[whole.size() - part.size() - 1] == '-';
  return first || last;
}

std::optional<Sign> by_name(const Question& asked, const Claimant& one) {
  const std::string& its = one.workload.name;
  if (its == asked.service.meta.name) return Sign{3, "it has the Service's name", true};
  if (joined(its, asked.service.meta.name) || joined(asked.service.meta.name, its))
    return Sign{2, "its name holds the Service's", true};
  return std::nullopt;
}

std::optional<Sign> by_ports(const Claimant& one) {
  if (any_fits(one.ports)) return Sign{2, "its pods have the port that the Service sends to"};
  const bool none = std::all_of(one.ports.begin(), one.ports.end(), [](const PortFit& fit) { return fit.misses(); });
  if (none && !one.ports.empty()) return Sign{-2, "its pods have none of the ports that the Service sends to"};
  return std::nullopt;
}

std::optional<Sign> by_answers(const Claimant& one) {
  if (one.answered > 0) return Sign{2, "its pods answer as expected when asked directly"};
  if (one.unanswered >= asked_enough) return Sign{-2, "its pods never answered as expected when asked directly"};
  return std::nullopt;
}

std::optional<Sign> by_kind(const Claimant& one) {
  if (!one.helm_hook.empty()) return Sign{-4, "it is a Helm hook"};
  if (transient(one.workload, one.helm_hook)) return Sign{-3, "it comes and goes"};
  return std::nullopt;
}

std::optional<Sign> by_age(const Question& asked, const Claimant& one) {
  if (asked.service.meta.created_wall_ns == 0 || one.created_wall_ns == 0) return std::nullopt;
  if (one.created_wall_ns > asked.service.meta.created_wall_ns + young_ns) return std::nullopt;
  return Sign{1, "it was there when the Service was made"};
}

Weighed weigh(const Question& asked, const Claimant& one) {
  Weighed result{&one, {}, 0};
  const auto add = [&](std::optional<Sign> sign) {
    if (!sign) return;
    result.score += sign->weight;
    result.signs.push_back(std::move(*sign));
  };
  if (one.applied_together) add(Sign{4, "it was applied together with the Service", true});
  if (!one.selected) add(Sign{-2, "the Service does not select its pods"});
  add(by_label(asked, one, "app.kubernetes.io/instance", 3, -4, "its release"));
  add(by_label(asked, one, "app.kubernetes.io/component", 3, -3, "its component"));
  add(by_label(asked, one, "app.kubernetes.io/part-of", 1, -1, "it is part of the same"));
  add(by_name(asked, one));
  add(by_ports(one));
  add(by_answers(one));
  add(by_kind(one));
  add(by_age(asked, one));
  if (one.stands) add(Sign{1, "it has pods behind the Service"});
  return result;
}

std::vector<Weighed> weigh_all(const Question& asked) {
  std::vector<Weighed> result;
  for (const Claimant& one : asked.claimants) result.push_back(weigh(asked, one));
  std::stable_sort(result.begin(), result.end(), [](const Weighed& a, const Weighed& b) { return a.score > b.score; });
  return result;
}

// --- what they come to

bool comes_and_goes(const Weighed& one) { return transient(one.who->workload, one.who->helm_hook); }

bool has_sign(const Weighed& one, const Sign& sign) {
  return std::any_of(one.signs.begin(), one.signs.end(), [&](const Sign& its) { return its.words == sign.words; });
}

// What speaks for the first and not for each of the others.
std::string basis_of(const std::vector<Weighed>& all) {
  constexpr std::size_t most = 3;
  const Weighed& best = all.front();
  std::vector<std::string> words;
  const bool lasts = all.size() > 1 && !comes_and_goes(best) && std::all_of(all.begin() + 1, all.end(), comes_and_goes);
  if (lasts) words.emplace_back("it is the only one that stands for good");
  if (all.size() == 1)
    words.emplace_back(best.who->stands ? "nothing else stands behind it" : "nothing else could stand behind it");
  auto signs = best.signs;
  std::stable_sort(signs.begin(), signs.end(), [](const Sign& a, const Sign& b) { return a.weight > b.weight; });
  for (const Sign& sign : signs) {
    const bool tells =
        std::any_of(all.begin() + 1, all.end(), [&](const Weighed& one) { return !has_sign(one, sign); });
    if (sign.weight > 0 && tells && words.size() < most) words.push_back(sign.words);
  }
  if (words.empty() && all.size() > 1) {
    for (const Sign& sign : all[1].signs)
      if (sign.weight < 0 && words.empty()) words.push_back(fmt::format("of the others, {}", sign.words));
  }
  return fmt::format("{}", fmt::join(words, ", "));
}

std::string names_of(const std::vector<const Claimant*>& all) {
  constexpr std::size_t most = 3;
  std::string out;
  for (std::size_t i = 0; i < std::min(all.size(), most); ++i)
    out += (i == 0 ? "" : i + 1 == all.size() ? " and " : ", ") + display(all[i]->workload);
  return all.size() > most ? fmt::format("{} and {} more", out, all.size() - most) : out;
}

Intent told(Intent intent, const std::vector<const Claimant*>& whom, Sure sure, std::string basis) {
  for (const Claimant* one : whom) intent.workloads.push_back(one->workload);
  std::sort(intent.workloads.begin(), intent.workloads.end());
  intent.sure = sure;
  intent.basis = std::move(basis);
  return intent;
}

// A Service of several ports whose workloads have one each.
std::vector<const Claimant*> by_the_port(const std::vector<Weighed>& all) {
  std::vector<const Claimant*> result;
  if (all.empty() || all.front().who->ports.size() < 2) return {};
  std::vector<bool> taken(all.front().who->ports.size(), false);
  for (const Weighed& one : all) {
    if (comes_and_goes(one) || one.disowned() || !any_fits(one.who->ports)) continue;
    for (std::size_t i = 0; i < taken.size() && i < one.who->ports.size(); ++i) {
      if (!one.who->ports[i].fits()) continue;
      if (taken[i]) return {};
      taken[i] = true;
    }
    result.push_back(one.who);
  }
  const bool all_taken = std::all_of(taken.begin(), taken.end(), [](bool one) { return one; });
  return result.size() > 1 && all_taken ? result : std::vector<const Claimant*>{};
}

// Those that are alike to the first, and bear the Service's name or release as it does: a canary, two colours.
std::vector<const Claimant*> siblings(const std::vector<Weighed>& all) {
  std::vector<const Claimant*> result;
  for (const Weighed& one : all) {
    if (one.score + margin <= all.front().score) break;
    if (!one.identified() || one.disowned() || comes_and_goes(one) || !any_fits(one.who->ports) || !one.who->selected ||
        one.who->unanswered > one.who->answered)
      return {};
    result.push_back(one.who);
  }
  return result.size() > 1 ? result : std::vector<const Claimant*>{};
}

bool always_serves(const Weighed& one) {
  return one.who->stands && one.who->answered > 0 && one.who->unanswered * 20 <= one.who->answered;
}
bool never_serves(const Weighed& one) {
  return one.who->answered == 0 && one.who->unanswered >= asked_enough && !one.identified() &&
         (comes_and_goes(one) || !any_fits(one.who->ports));
}

// Some that always answer, and others that never did and that nothing speaks for: whichever of those that serve is
// meant, the others are not.
std::vector<const Claimant*> those_that_serve(const std::vector<Weighed>& all) {
  std::vector<const Claimant*> result;
  for (const Weighed& one : all) {
    if (always_serves(one)) {
      result.push_back(one.who);
    } else if (!never_serves(one)) {
      return {};
    }
  }
  return result.size() < all.size() ? result : std::vector<const Claimant*>{};
}

Intent not_told(Intent intent, const std::vector<Weighed>& all) {
  std::vector<const Claimant*> close;
  for (const Weighed& one : all)
    if (one.score + margin > all.front().score) close.push_back(one.who);
  intent.basis = close.size() > 1 ? fmt::format("what is known does not tell {} apart", names_of(close))
                                  : fmt::format("only {} is there, and it shows no sign of serving", names_of(close));
  return intent;
}

// One that was asked often and never answered as expected is no second colour of one that does.
bool could_share(const Weighed& one) {
  const bool serves = one.who->answered > 0 || one.who->unanswered < asked_enough;
  return serves && one.identified() && !one.disowned() && !comes_and_goes(one) && one.who->selected &&
         any_fits(one.who->ports);
}

Intent infer(const Question& asked) {
  Intent intent{asked.service.meta.ns, asked.service.meta.name, {}, Sure::unknown, "", {}};
  const auto all = weigh_all(asked);
  for (const Weighed& one : all)
    if (could_share(one)) intent.perhaps.push_back(one.who->workload);
  if (all.empty()) {
    intent.basis = "nothing that could be meant was seen behind it";
    return intent;
  }
  if (const auto each = by_the_port(all); !each.empty())
    return told(std::move(intent), each, Sure::likely, "each of its ports is another's");
  const int lead = all.size() == 1 ? clear_margin : all[0].score - all[1].score;
  if (lead >= margin && all[0].score >= least_alone && !all[0].disowned())
    return told(std::move(intent), {all[0].who}, lead >= clear_margin ? Sure::clear : Sure::likely, basis_of(all));
  if (const auto alike = siblings(all); !alike.empty())
    return told(std::move(intent), alike, Sure::likely, "they bear its name or release alike, and have its port");
  if (const auto serving = those_that_serve(all); !serving.empty())
    return told(std::move(intent), serving, Sure::likely,
                "they answer as expected when asked directly, and the others never did");
  return not_told(std::move(intent), all);
}

Intent as_given(const Question& asked) {
  Intent intent{asked.service.meta.ns, asked.service.meta.name, {}, Sure::given, asked.given_by, {}};
  for (const auto& ref : asked.given) {
    const auto known = std::find_if(asked.claimants.begin(), asked.claimants.end(),
                                    [&](const Claimant& one) { return same_workload(one.workload, ref); });
    intent.workloads.push_back(known == asked.claimants.end() ? ref : known->workload);
  }
  return intent;
}

}  // namespace

Claimant claimant_of(const model::Service& service, const model::ObjectRef& workload, const model::Workload* maker,
                     const std::vector<const model::Pod*>& pods) {
  Claimant one;
  one.workload = workload;
  one.stands = !pods.empty();
  if (maker != nullptr) {
    one.labels = maker->pod.labels;
    one.helm_hook = maker->meta.helm_hook;
    if (!maker->pod.containers.empty()) one.ports = fits_of(service, maker->pod);
    one.created_wall_ns = maker->meta.created_wall_ns;
  }
  for (const model::Pod* pod : pods) {
    if (one.labels.empty()) one.labels = pod->meta.labels;
    if (one.helm_hook.empty()) one.helm_hook = pod->meta.helm_hook;
    if (one.created_wall_ns == 0) one.created_wall_ns = pod->meta.created_wall_ns;
    // Two revisions may stand there together: what one of them has, the workload has.
    if (!any_fits(one.ports)) one.ports = fits_of(service, pod->spec);
  }
  one.selected = model::selects(service.selector, one.labels) || (service.selector.empty() && one.stands);
  return one;
}

Intent intend(const Question& question) { return question.given.empty() ? infer(question) : as_given(question); }

bool Intent::means(const model::ObjectRef& workload) const {
  return std::any_of(workloads.begin(), workloads.end(),
                     [&](const model::ObjectRef& one) { return same_workload(one, workload); });
}

bool Intent::perhaps_means(const model::ObjectRef& workload) const {
  return std::any_of(perhaps.begin(), perhaps.end(),
                     [&](const model::ObjectRef& one) { return same_workload(one, workload); });
}

std::string Intent::told() const { return given() || !known() ? basis : "inferred: " + basis; }

std::string Intent::names() const {
  std::string out;
  for (std::size_t i = 0; i < workloads.size(); ++i)
    out += (i == 0 ? "" : i + 1 == workloads.size() ? " and " : ", ") + display(workloads[i]);
  return out;
}

bool same_workload(const model::ObjectRef& a, const model::ObjectRef& b) {
  if (!a.uid.empty() && !b.uid.empty()) return a.uid == b.uid;
  return a.kind == b.kind && a.name == b.name && (a.ns == b.ns || a.ns.empty() || b.ns.empty());
}

bool transient(const model::ObjectRef& ref, const std::string& helm_hook) {
  return (!ref.kind.empty() && !model::stands_for_good(ref.kind)) || !helm_hook.empty();
}

json to_json(const Intent& one) {
  json out = json::object({{"namespace", one.ns},
                           {"service", one.service},
                           {"workload", one.known() ? json(one.workloads.front()) : json(nullptr)},
                           {"given", one.given()},
                           {"basis", one.basis}});
  if (one.workloads.size() > 1) out["workloads"] = one.workloads;
  return out;
}

}  // namespace straycat::finding
