#include "report/text/canvas.hpp"

#include <array>
#include <utf8proc.h>

#include <fmt/format.h>

namespace straycat::report {
namespace {

struct Point {
  utf8proc_int32_t code = -1;  // -1: bad UTF-8
  std::size_t bytes = 1;
};

Point next_point(std::string_view text) {
  Point point;
  const auto* data = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  const utf8proc_ssize_t used = utf8proc_iterate(data, static_cast<utf8proc_ssize_t>(text.size()), &point.code);
  if (used <= 0) return {-1, 1};
  point.bytes = static_cast<std::size_t>(used);
  return point;
}

// Bidirectional overrides and invisible format characters can make a terminal show something else than what is there.
bool is_treacherous(utf8proc_int32_t code) {
  if (code == 0x200D || code == 0xFE0F) return false;  // joiner and emoji selector: part of visible characters
  const utf8proc_category_t category = utf8proc_category(code);
  return category == UTF8PROC_CATEGORY_CC || category == UTF8PROC_CATEGORY_CF || category == UTF8PROC_CATEGORY_ZL ||
         category == UTF8PROC_CATEGORY_ZP || category == UTF8PROC_CATEGORY_CS || category == UTF8PROC_CATEGORY_CO;
}

std::string escape(utf8proc_int32_t code) {
  return code < 0x100 ? fmt::format("\\x{:02x}", code) : fmt::format("\\u{:04x}", code);
}

// One grapheme cluster: how many bytes and columns it takes.
struct Cluster {
  std::size_t bytes = 0;
  std::size_t columns = 0;
};

Cluster next_cluster(std::string_view text) {
  utf8proc_int32_t state = 0;
  Cluster cluster;
  Point last = next_point(text);
  cluster.bytes = last.bytes;
  cluster.columns = last.code < 0 ? 1 : static_cast<std::size_t>(std::max(0, utf8proc_charwidth(last.code)));
  const bool flag = utf8proc_get_property(last.code)->boundclass == UTF8PROC_BOUNDCLASS_REGIONAL_INDICATOR;
  while (cluster.bytes < text.size()) {
    const Point point = next_point(text.substr(cluster.bytes));
    if (point.code < 0 || last.code < 0 || utf8proc_grapheme_break_stateful(last.code, point.code, &state)) break;
    if (point.code == 0xFE0F || flag) cluster.columns = 2;  // emoji presentation, and flags of two indicators
    cluster.bytes += point.bytes;
    last = point;
  }
  return cluster;
}

}  // namespace

std::string harmless(std::string_view text, bool unicode) {
  std::string safe;
  while (!text.empty()) {
    const Point point = next_point(text);
    if (point.code < 0) {
      safe += unicode ? "\xEF\xBF\xBD" : "?";
    } else if (is_treacherous(point.code) || (!unicode && point.code >= 0x7F)) {
      safe += escape(point.code);
    } else {
      safe += text.substr(0, point.bytes);
    }
    text.remove_prefix(point.bytes);
  }
  return safe;
}

std::size_t columns(std::string_view text) {
  std::size_t total = 0;
  while (!text.empty()) {
    const Cluster cluster = next_cluster(text);
    total += cluster.columns;
    text.remove_prefix(cluster.bytes);
  }
  return total;
}

std::string fit(std::string_view text, std::size_t width, bool unicode) {
  const std::size_t needed = columns(text);
  if (needed <= width) return std::string(text) + std::string(width - needed, ' ');
  const std::string dots = unicode ? "…" : "~";
  std::string cut;
  std::size_t used = 0;
  while (!text.empty()) {
    const Cluster cluster = next_cluster(text);
    if (used + cluster.columns + 1 > width) break;
    cut += text.substr(0, cluster.bytes);
    used += cluster.columns;
    text.remove_prefix(cluster.bytes);
  }
  return cut + dots + std::string(width > used + 1 ? width - used - 1 : 0, ' ');
}

std::vector<std::string> wrap(std::string_view text, std::size_t width) {
  std::vector<std::string> lines;
  std::string line;
  while (!text.empty()) {
    const std::size_t space = text.find(' ');
    const std::string_view word = text.substr(0, space);
    text = space == std::string_view::npos ? std::string_view{} : text.substr(space + 1);
    if (!line.empty() && columns(line) + 1 + columns(word) > width) {
      lines.push_back(line);
      line.clear();
    }
    line += (line.empty() ? "" : " ") + std::string(word);
  }
  if (!line.empty() || lines.empty()) lines.push_back(line);
  return lines;
}

std::string ink(std::string_view text, Ink colour, const TextStyle& style) {
  constexpr std::array<std::string_view, 7> codes{"", "1", "2", "1;31", "32", "33", "36"};
  const std::string_view code = codes.at(static_cast<std::size_t>(colour));
  if (!style.colour || code.empty() || text.empty()) return std::string(text);
  return fmt::format("\x1b[{}m{}\x1b[0m", code, text);
}

}  // namespace straycat::report
