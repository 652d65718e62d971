// Text and marks for HTML. Nothing from a cluster reaches the page except through `escape`.
#pragma once

#include <string>
#include <string_view>

#include <straycat/history/history.hpp>

namespace straycat::report {

// Safe in element content and in double-quoted attributes. Control and bidirectional characters are shown as escapes.
[[nodiscard]] std::string escape(std::string_view text);
// JSON that may stand inside <script type="application/json">.
[[nodiscard]] std::string script_safe(const std::string& json);

// The page's time axis: nanoseconds of the reference clock, drawn as percentages so that it fits any width.
struct TimeAxis {
  std::int64_t from = 0, to = 1;
  [[nodiscard]] double percent(std::int64_t ns) const {
    const double share = static_cast<double>(ns - from) / static_cast<double>(to - from);
    return share < 0 ? 0 : share > 1 ? 100 : share * 100;
  }
};
[[nodiscard]] TimeAxis page_axis(const history::History& history);

// One bar on a track. `story` is what hovering or focusing it tells.
struct Bar {
  std::int64_t from = 0, to = 0;  // equal: a mark
  std::string css;                // class names, ours
  std::string story;
  double top = 0, height = 100;  // percent of the track
  bool focusable = false;
};
[[nodiscard]] std::string draw_bar(const Bar& bar, const TimeAxis& axis);

}  // namespace straycat::report
