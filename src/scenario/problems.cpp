#include "problems.hpp"

#include <algorithm>
#include <tuple>

#include <fmt/format.h>

namespace straycat::scenario {

void Problems::add(const Source& source, const yaml::Node& where, std::string message, std::string hint) {
  const yaml::Diagnostic diagnostic{source.file, where.start, where.length(), std::move(message), std::move(hint)};
  rendered_.push_back({where.start, yaml::render(diagnostic, source.text)});
}

void Problems::sort() {
  std::stable_sort(rendered_.begin(), rendered_.end(), [](const Entry& a, const Entry& b) {
    return std::tie(a.at.line, a.at.column) < std::tie(b.at.line, b.at.column);
  });
}

Error Problems::error() const {
  constexpr std::size_t shown = 10;
  std::string all;
  for (std::size_t i = 0; i < std::min(shown, rendered_.size()); ++i) {
    if (i > 0) all += '\n';
    all += rendered_[i].text;
  }
  if (rendered_.size() > shown) all += fmt::format("\n... and {} more", rendered_.size() - shown);
  return bad_input(all);
}

}  // namespace straycat::scenario
