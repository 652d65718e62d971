// Text and marks for HTML. Nothing from a cluster reaches the page except through `escape`.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <straycat/history/history.hpp>

namespace straycat::report {

// Safe in element content and in double-quoted attributes. Control and bidirectional characters are shown as escapes.
[[nodiscard]] std::string escape(std::string_view text);
// The same for several lines: newlines stay.
[[nodiscard]] std::string escape_lines(std::string_view text);

// A heading with an address of its own, "#id", that a reader can send on. `id`: ours, no spaces; `title` and `rest` are
// markup.
[[nodiscard]] std::string heading(std::string_view id, std::string_view title, std::string_view rest = "");

// The page's time axis: nanoseconds of the reference clock, drawn as percentages so that it fits any width.
struct TimeAxis {
  std::int64_t from = 0, to = 1;
  [[nodiscard]] std::int64_t length() const { return to - from; }
  [[nodiscard]] double percent(std::int64_t ns) const {
    const double share = static_cast<double>(ns - from) / static_cast<double>(to - from);
    return share < 0 ? 0 : share > 1 ? 100 : share * 100;
  }
  // In the units of a band (see below): 0 to 1,000,000.
  [[nodiscard]] std::int64_t units(std::int64_t ns) const;
};
// From the run's first step (or its first instant) to its end.
[[nodiscard]] TimeAxis page_axis(const history::History& history);

// One bar on a track. `story` is what hovering or focusing it tells.
struct Bar {
  std::int64_t from = 0, to = 0;  // equal: a mark, whose width does not grow with the zoom
  std::string css;                // class names, ours
  std::string story;
  double top = 0, height = 100;  // percent of the track
  bool focusable = false;
};
[[nodiscard]] std::string draw_bar(const Bar& bar, const TimeAxis& axis);

// Many small marks as one path: a drawing of its own, 1,000,000 units wide and 1,000 high, stretched over the track.
// The script zooms it by its viewBox. `paths` are <path> elements.
[[nodiscard]] std::string draw_band(const std::string& paths);
[[nodiscard]] std::string draw_path(std::string_view css, const std::string& data);

// One row of the picture: its name on the left, what `track` draws on the right. `extra`: further attributes, ours.
// `beside`: said smaller, after the name.
[[nodiscard]] std::string draw_lane(const std::string& name, const std::string& css, const std::string& label,
                                    const std::string& track, const std::string& extra = "",
                                    const std::string& beside = "");

// A table that scrolls sideways on a narrow screen. Cells and heads are markup already.
struct Table {
  std::string label;               // plain text, for screen readers
  std::vector<std::string> heads;  // a head that begins with '#' is for numbers: aligned to the right
  std::string rows;                // see `row`
  std::size_t count = 0;
  void row(const std::vector<std::string>& cells, bool bad = false);
  [[nodiscard]] std::string draw() const;
  // The same under a search (shown by the script only) for words and for what stands in column `topic`. `id` is ours.
  [[nodiscard]] std::string draw_with_search(std::string_view id, std::size_t topic) const;

 private:
  [[nodiscard]] std::string draw_as(std::string_view id) const;
};

}  // namespace straycat::report
