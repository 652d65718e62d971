#include "report/html/markup.hpp"

#include <algorithm>

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

std::string escape_lines(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    out += escape(text.substr(0, end)) + "\n";
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
  }
  return out;
}

std::string heading(std::string_view id, std::string_view title, std::string_view rest) {
  return fmt::format(
      "<h2 id=\"{}\">{}{} <a class=\"anchor\" href=\"#{}\" aria-label=\"address of this section\">#</a></h2>", id,
      title, rest, id);
}

std::int64_t TimeAxis::units(std::int64_t ns) const {
  const double share = static_cast<double>(ns - from) / static_cast<double>(to - from);
  return static_cast<std::int64_t>(std::clamp(share, 0.0, 1.0) * 1e6);
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
  const char* focus = bar.focusable ? " tabindex=\"0\" role=\"img\"" : "";
  const std::string title = bar.story.empty() ? "/>" : fmt::format("><title>{}</title></rect>", escape(bar.story));
  return fmt::format(
      "<rect class=\"{}\" x=\"{:.3f}%\" width=\"{}\" y=\"{:.1f}%\" height=\"{:.1f}%\" data-a=\"{}\"{}{}{}", bar.css, x,
      width, bar.top, bar.height, bar.from - axis.from, end, focus, title);
}

std::string draw_band(const std::string& paths) {
  if (paths.empty()) return "";
  return "<svg class=\"band\" width=\"100%\" height=\"100%\" viewBox=\"0 0 1000000 1000\" "
         "preserveAspectRatio=\"none\">" +
         paths + "</svg>";
}

std::string draw_path(std::string_view css, const std::string& data) {
  return data.empty() ? "" : fmt::format("<path class=\"{}\" d=\"{}\"/>", css, data);
}

std::string draw_lane(const std::string& name, const std::string& css, const std::string& label,
                      const std::string& track, const std::string& extra, const std::string& beside) {
  const std::string whole = beside.empty() ? name : name + " " + beside;
  const std::string small = beside.empty() ? "" : " <small>" + escape(beside) + "</small>";
  return fmt::format(
      "<div class=\"lane {}\"{}><div class=\"name\" title=\"{}\"><span>{}{}</span><span class=\"v\"></span></div><svg "
      "class=\"track\" role=\"group\" aria-label=\"{}\">{}</svg></div>\n",
      css, extra, escape(whole), escape(name), small, escape(label), track);
}

void Table::row(const std::vector<std::string>& cells, bool bad) {
  rows += bad ? "<tr class=\"bad\">" : "<tr>";
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const bool number = i < heads.size() && heads[i].starts_with('#');
    rows += (number ? "<td class=\"num\">" : "<td>") + cells[i] + "</td>";
  }
  rows += "</tr>\n";
  ++count;
}

std::string Table::draw() const { return draw_as(""); }

std::string Table::draw_with_search(std::string_view id, std::size_t topic) const {
  return fmt::format(
             "<p class=\"bar sieve\" data-rows=\"{}\" data-topic=\"{}\" hidden><select "
             "aria-label=\"of what\"><option>all</option></select><input type=\"search\" placeholder=\"words\" "
             "aria-label=\"rows that hold these words\"> <output></output></p>\n",
             id, topic) +
         draw_as(id);
}

std::string Table::draw_as(std::string_view id) const {
  const std::string name = id.empty() ? "" : fmt::format(" id=\"{}\"", id);
  std::string out = fmt::format("<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"{}\"><table{}><tr>",
                                escape(label), name);
  for (const std::string& head : heads) {
    const bool number = head.starts_with('#');
    const std::string text = number ? head.substr(1) : head;
    out +=
        text.empty() ? "<td></td>" : fmt::format("<th scope=\"col\"{}>{}</th>", number ? " class=\"num\"" : "", text);
  }
  return out + "</tr>\n" + rows + "</table></div>\n";
}

}  // namespace straycat::report
