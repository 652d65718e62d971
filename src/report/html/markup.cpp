#include "report/html/markup.hpp"

#include <fmt/format.h>

#include <straycat/report/report.hpp>

namespace straycat::report {

std::string escape(std::string_view text) {
  std::string out;
  for (const char letter : harmless(text)) {
    switch (letter) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += letter;
    }
  }
  return out;
}

std::string script_safe(const std::string& json) {
  std::string out;
  for (const char letter : json) {
    if (letter == '<') {
      out += "\\u003c";
    } else if (letter == '>') {
      out += "\\u003e";
    } else if (letter == '&') {
      out += "\\u0026";
    } else {
      out += letter;
    }
  }
  return out;
}

TimeAxis page_axis(const history::History& history) {
  TimeAxis axis;
  axis.from = history.steps.empty() ? history.begin : history.steps.front().started.ns;
  axis.to = std::max(history.end, axis.from + 1'000'000);
  return axis;
}

std::string draw_bar(const Bar& bar, const TimeAxis& axis) {
  const double x = axis.percent(bar.from);
  // A mark has a width of its own, whatever the zoom: the script keeps what has no data-b.
  const bool mark = bar.to <= bar.from;
  const std::string width = mark ? "2" : fmt::format("{:.3f}%", std::max(axis.percent(bar.to) - x, 0.0));
  const std::string end = mark ? "" : fmt::format(" data-b=\"{}\"", bar.to - axis.from);
  const std::string focus = bar.focusable ? " tabindex=\"0\" role=\"img\"" : "";
  const std::string title = bar.story.empty() ? "" : fmt::format("<title>{}</title>", escape(bar.story));
  const std::string label = bar.focusable ? fmt::format(" aria-label=\"{}\"", escape(bar.story)) : "";
  return fmt::format(
      "<rect class=\"{}\" x=\"{:.3f}%\" width=\"{}\" y=\"{:.1f}%\" height=\"{:.1f}%\" data-a=\"{}\"{}{}{}>{}</rect>",
      bar.css, x, width, bar.top, bar.height, bar.from - axis.from, end, focus, label, title);
}

}  // namespace straycat::report
