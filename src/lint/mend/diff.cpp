// Lines that were changed in their places, or came in between: what `mend` makes, and nothing else.
#include <algorithm>

#include <fmt/format.h>

#include <straycat/lint/mend.hpp>

namespace straycat::lint {
namespace {

constexpr std::size_t lines_around = 3;

struct DiffLine {
  char sign = ' ';
  std::string text;
};

std::vector<std::string> lines_in(const std::string& text) {
  std::vector<std::string> out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at);
    const bool last = end == std::string::npos;
    out.push_back(text.substr(at, (last ? text.size() : end) - at) + (last ? "\n\\ No newline at end of file" : ""));
    at = last ? text.size() : end + 1;
  }
  return out;
}

std::vector<DiffLine> compared(const std::vector<std::string>& was, const std::vector<std::string>& is) {
  std::vector<DiffLine> out;
  std::size_t i = 0;
  std::size_t k = 0;
  while (i < was.size() || k < is.size()) {
    if (i < was.size() && k < is.size() && was[i] == is[k]) {
      out.push_back({' ', is[k]});
      ++i, ++k;
    } else if (k < is.size() && (i == was.size() || (k + 1 < is.size() && was[i] == is[k + 1]))) {
      out.push_back({'+', is[k++]});
    } else {
      out.push_back({'-', was[i++]});
      if (k < is.size()) out.push_back({'+', is[k++]});
    }
  }
  return out;
}

// The stretches [from, to) of lines to show.
std::vector<std::pair<std::size_t, std::size_t>> stretches_of(const std::vector<DiffLine>& lines) {
  std::vector<std::pair<std::size_t, std::size_t>> out;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (lines[i].sign == ' ') continue;
    const std::size_t from = i - std::min(i, lines_around);
    const std::size_t to = std::min(lines.size(), i + 1 + lines_around);
    if (!out.empty() && from <= out.back().second)
      out.back().second = to;
    else
      out.emplace_back(from, to);
  }
  return out;
}

std::size_t count_of(const std::vector<DiffLine>& lines, std::size_t from, std::size_t to, char not_this) {
  return static_cast<std::size_t>(std::count_if(lines.begin() + static_cast<std::ptrdiff_t>(from),
                                                lines.begin() + static_cast<std::ptrdiff_t>(to),
                                                [&](const DiffLine& one) { return one.sign != not_this; }));
}

}  // namespace

std::string unified_diff(const MendedFile& file) {
  const auto lines = compared(lines_in(file.before), lines_in(file.after));
  const std::size_t slashes = std::min(file.file.find_first_not_of('/'), file.file.size());
  const std::string name = file.file.substr(slashes);
  std::string out = fmt::format("--- a/{}\n+++ b/{}\n", name, name);
  for (const auto& [from, to] : stretches_of(lines)) {
    out += fmt::format("@@ -{},{} +{},{} @@\n", count_of(lines, 0, from, '+') + 1, count_of(lines, from, to, '+'),
                       count_of(lines, 0, from, '-') + 1, count_of(lines, from, to, '-'));
    for (std::size_t i = from; i < to; ++i) out += lines[i].sign + lines[i].text + "\n";
  }
  return out;
}

}  // namespace straycat::lint
