#include "ignored.hpp"

#include <algorithm>

#include "words.hpp"
#include <straycat/model/law.hpp>

namespace straycat::diagnose {

namespace {

// What our own prober's pod asks for in vain is nothing that anybody wants to know of the scenario.
bool of_a_prober(const history::History& history, const model::ObjectRef& object) {
  return object.kind == "Pod" && std::any_of(history.vantages.begin(), history.vantages.end(),
                                             [&](const auto& one) { return one.record.pod == object.name; });
}

}  // namespace

std::vector<IgnoredField> ignored_fields(const history::History& history) {
  std::vector<IgnoredField> out;
  for (const auto& [at, event] : history.kube_events) {
    if (of_a_prober(history, event.regarding)) continue;
    if (event.reason != model::kNotSupported || event.component != model::kLawTeller || event.type != "Warning")
      continue;
    auto sentence = safe(event.regarding.display() + ": " + event.message);
    const auto known =
        std::find_if(out.begin(), out.end(), [&](const IgnoredField& one) { return one.sentence == sentence; });
    if (known == out.end()) out.push_back({at.earliest(), std::move(sentence)});
  }
  return out;
}

std::string ignored_until(const history::History& history, std::int64_t to_ns) {
  for (const auto& one : ignored_fields(history)) {
    if (one.from_ns <= to_ns) return one.sentence;
  }
  return {};
}

}  // namespace straycat::diagnose
