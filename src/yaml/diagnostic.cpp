// How a complaint looks in a terminal.
#include <algorithm>
#include <utf8proc.h>

#include <fmt/format.h>

#include <straycat/yaml/document.hpp>

namespace straycat::yaml {
namespace {

constexpr int shown_columns = 100;   // of the line; longer ones are cut around the caret
constexpr int context_columns = 40;  // that stay visible before the caret of a cut line
constexpr std::string_view cut_mark = "...";

// One code point as it is shown.
struct Cell {
  std::string text;
  int width = 1;
};

std::string_view line_of(std::string_view text, int number) {
  for (int line = 1; line < number; ++line) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return {};
    text.remove_prefix(end + 1);
  }
  text = text.substr(0, text.find('\n'));
  while (text.ends_with('\r')) text.remove_suffix(1);
  if (number == 1 && text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);  // the mark is not counted as a column
  return text;
}

// Whatever could move a terminal's cursor or hide text (controls, direction marks, bad bytes) is shown as U+FFFD.
Cell make_cell(std::int32_t code, std::string_view bytes) {
  constexpr const char* replacement = "\xEF\xBF\xBD";
  if (code == '\t') return {" ", 1};
  if (code < 0) return {replacement, 1};
  const utf8proc_category_t category = utf8proc_category(code);
  if (category == UTF8PROC_CATEGORY_CC || category == UTF8PROC_CATEGORY_CF) return {replacement, 1};
  return {std::string(bytes), utf8proc_charwidth(code)};
}

std::vector<Cell> cells_of(std::string_view line) {
  std::vector<Cell> cells;
  while (!line.empty()) {
    std::int32_t code = 0;
    const auto* data = reinterpret_cast<const utf8proc_uint8_t*>(line.data());
    const auto used = utf8proc_iterate(data, static_cast<utf8proc_ssize_t>(line.size()), &code);
    const std::size_t bytes = used > 0 ? static_cast<std::size_t>(used) : 1;
    cells.push_back(make_cell(used > 0 ? code : -1, line.substr(0, bytes)));
    line.remove_prefix(bytes);
  }
  return cells;
}

int width(const std::vector<Cell>& cells, std::size_t from, std::size_t to) {
  int total = 0;
  for (std::size_t i = from; i < std::min(to, cells.size()); ++i) total += cells[i].width;
  return total + static_cast<int>(to > cells.size() ? to - std::max(cells.size(), from) : 0);
}

// The part of a long line to show: [from, to).
std::pair<std::size_t, std::size_t> window(const std::vector<Cell>& cells, std::size_t caret) {
  if (width(cells, 0, cells.size()) <= shown_columns) return {0, cells.size()};
  std::size_t from = std::min(caret, cells.size());
  while (from > 0 && width(cells, from - 1, caret) <= context_columns) --from;
  std::size_t to = from;
  while (to < cells.size() && width(cells, from, to + 1) <= shown_columns) ++to;
  return {from, to};
}

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

// Damerau-Levenshtein (a swap of neighbours counts 1), without regard to case.
std::size_t distance(const std::string& a, const std::string& b) {
  std::vector<std::vector<std::size_t>> table(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) table[i][0] = i;
  for (std::size_t j = 0; j <= b.size(); ++j) table[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = table[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      table[i][j] = std::min({table[i - 1][j] + 1, table[i][j - 1] + 1, change});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) table[i][j] = std::min(table[i][j], table[i - 2][j - 2] + 1);
    }
  }
  return table[a.size()][b.size()];
}

// A message tells on one line whatever it quotes: a file may be called so that its name holds a line's end.
std::string on_one_line(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto code = static_cast<unsigned char>(c);
    if (code >= 0x20 && code != 0x7f)
      out += c;
    else
      out += c == '\n' ? "\\n" : fmt::format("\\x{:02x}", code);
  }
  return out;
}

}  // namespace

std::string render(const Diagnostic& diagnostic, std::string_view text) {
  const auto column = static_cast<std::size_t>(std::max(diagnostic.at.column, 1) - 1);
  const auto length = static_cast<std::size_t>(std::max(diagnostic.length, 1));
  const std::vector<Cell> cells = cells_of(line_of(text, diagnostic.at.line));
  const auto [from, to] = window(cells, column);
  std::string line;
  for (std::size_t i = from; i < to; ++i) line += cells[i].text;
  std::string pad(static_cast<std::size_t>(width(cells, from, std::max(from, column))), ' ');
  if (from > 0) {
    line.insert(0, cut_mark);
    pad.append(cut_mark.size(), ' ');
  }
  if (to < cells.size()) line += cut_mark;
  const std::size_t last = to < cells.size() ? std::max(std::min(column + length, to), column + 1) : column + length;
  const int marked = std::max(width(cells, column, last), 1);
  std::string result = fmt::format("{}:{}:{}: {}\n", on_one_line(diagnostic.file), diagnostic.at.line,
                                   diagnostic.at.column, on_one_line(diagnostic.message));
  result += fmt::format("{:>4} | {}\n     | {}^{}", diagnostic.at.line, line, pad,
                        std::string(static_cast<std::size_t>(marked - 1), '~'));
  if (!diagnostic.hint.empty()) result += "\n     = " + on_one_line(diagnostic.hint);
  return result;
}

Error to_error(const Diagnostic& diagnostic, std::string_view text) { return bad_input(render(diagnostic, text)); }

std::optional<std::string> did_you_mean(std::string_view word, const std::vector<std::string>& candidates) {
  if (word.empty() || word.size() > 100) return std::nullopt;
  const std::string wanted = lower(word);
  const std::string* best = nullptr;
  std::size_t best_distance = 0;
  for (const std::string& candidate : candidates) {
    const std::size_t reach = std::min<std::size_t>(3, std::max(candidate.size(), word.size()) / 3);
    const std::size_t far = distance(wanted, lower(candidate));
    if (far > reach || candidate == word) continue;
    if (best == nullptr || far < best_distance) {
      best = &candidate;
      best_distance = far;
    }
  }
  return best == nullptr ? std::nullopt : std::optional<std::string>(*best);
}

std::string suggestion(std::string_view word, const std::vector<std::string>& candidates) {
  const std::optional<std::string> near = did_you_mean(word, candidates);
  return near ? fmt::format(" (did you mean \"{}\"?)", *near) : "";
}

}  // namespace straycat::yaml
