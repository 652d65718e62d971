// What the embedded cluster took and did not do (model/law.hpp), as its Events tell it. "Nothing failed" proves nothing
// of a stretch in which such a field stood and could have changed what became of the requests.
#pragma once

#include <string>
#include <vector>

#include <straycat/history/history.hpp>

namespace straycat::diagnose {

struct IgnoredField {
  std::int64_t from_ns = 0;  // reference clock, the earliest that it may have stood there
  std::string sentence;      // "Service/sayhi: spec.internalTrafficPolicy has no effect on the embedded cluster: ..."
};

// Those that could have changed something, each once, the first told first. A policy that selects none of the pods
// behind the traffic's Services, and a workload whose pods none of them selects, could not.
[[nodiscard]] std::vector<IgnoredField> ignored_fields(const history::History& history);

// The others: they are said, and the verdict stands.
[[nodiscard]] std::vector<IgnoredField> harmless_fields(const history::History& history);

// Why a stretch that ended then is not clean, though nothing failed in it; "" when it is.
[[nodiscard]] std::string ignored_until(const history::History& history, std::int64_t to_ns);

}  // namespace straycat::diagnose
