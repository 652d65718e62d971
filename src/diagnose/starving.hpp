// The prober's own limits, as they bear on requests that got no answer. Private to `diagnose`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "case.hpp"

namespace straycat::diagnose {

// Whether the prober was at a limit at which requests get no answer without anybody's fault but its own.
[[nodiscard]] bool starves(const VantageHealth& health);
// Failures of a stretch that look like others' but may be such a limit's work (timeouts while the kernel's table of
// connections is full): whose they are cannot be told, so they prove nothing. Of one traffic, or of all.
[[nodiscard]] std::uint64_t starved_in(const Case& the_case, history::Span span,
                                       std::optional<std::size_t> traffic = std::nullopt);

// What the vantage points say that they had run out of: "ports", "room in the kernel's table of connections".
[[nodiscard]] std::string wants(const history::History& history);

}  // namespace straycat::diagnose
