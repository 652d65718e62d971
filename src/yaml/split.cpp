#include "split.hpp"

#include <algorithm>

namespace straycat::yaml {
namespace {

bool is_separator(std::string_view line) {
  if (!line.starts_with("---")) return false;
  line.remove_prefix(3);
  return line.find_first_not_of(" \t\r\v\f") == std::string_view::npos;
}

bool is_utf16(std::string_view text) { return text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF"); }

}  // namespace

std::vector<Chunk> split(std::string_view text) {
  if (is_utf16(text)) return {{text, 0}};
  std::vector<Chunk> chunks;
  std::size_t from = 0, at = 0;
  int line = 0, first_line = 0;
  while (at < text.size()) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    if (is_separator(text.substr(at, end - at))) {
      chunks.push_back({text.substr(from, at - from), first_line});
      from = std::min(end + 1, text.size());
      first_line = line + 1;
    }
    at = end + 1;
    ++line;
  }
  chunks.push_back({text.substr(from), first_line});
  return chunks;
}

}  // namespace straycat::yaml
