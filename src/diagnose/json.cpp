#include <straycat/diagnose/verdict.hpp>

namespace straycat::diagnose {
namespace {

template <class T, class F>
json list(const std::vector<T>& items, F form) {
  json out = json::array();
  for (const T& item : items) out.push_back(form(item));
  return out;
}

json finding_json(const Finding& one) { return finding::to_json(one); }
json intent_json(const Intent& one) { return finding::to_json(one); }

json share(const Share& one) {
  return json::object({{"attempts", one.attempts},
                       {"failed", one.failed},
                       {"expectedLow", one.expected_low},
                       {"expectedHigh", one.expected_high},
                       {"expectedPpm", one.expected_ppm},
                       {"agrees", one.agrees()}});
}

json phase(const PhaseReport& one) {
  json out = json::object({{"phase", one.phase},
                           {"traffic", one.traffic},
                           {"vantage", one.vantage},
                           {"fromNs", one.from_ns},
                           {"toNs", one.to_ns}});
  out["errorNs"] = one.error_ns;
  out["attempts"] = one.attempts;
  out["ok"] = one.ok;
  out["failed"] = one.failed;
  out["unfinished"] = one.unfinished;
  out["kinds"] = one.kinds;
  out["largestGapNs"] = one.largest_gap_ns;
  out["covered"] = one.covered;
  out["state"] = one.state;
  out["note"] = one.note;
  if (one.share) out["share"] = share(*one.share);
  return out;
}

json expectation(const CheckedExpectation& one) {
  return json::object({{"text", one.text}, {"outcome", to_string(one.met)}, {"why", one.why}});
}

}  // namespace

json to_json(const Verdict& verdict) {
  json out = json::object(
      {{"format", verdict_format}, {"conclusion", to_string(verdict.conclusion)}, {"headline", verdict.headline}});
  out["reasons"] = verdict.reasons;
  out["findings"] = list(verdict.findings, finding_json);
  out["suspicions"] = list(verdict.suspicions, finding_json);
  out["intents"] = list(verdict.intents, intent_json);
  out["attempts"] = verdict.attempts;
  out["failed"] = verdict.failed;
  out["unfinished"] = verdict.unfinished;
  out["explained"] = verdict.explained;
  out["ambiguous"] = verdict.ambiguous;
  out["unseen"] = verdict.unseen;
  out["local"] = verdict.local;
  out["phases"] = list(verdict.phases, phase);
  out["expectations"] = list(verdict.expectations, expectation);
  out["notes"] = verdict.notes;
  out["exitCode"] = verdict.exit_code;
  return out;
}

}  // namespace straycat::diagnose
