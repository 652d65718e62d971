// Which scenarios are of the suite.
#include <algorithm>
#include <charconv>
#include <fnmatch.h>
#include <map>
#include <set>

#include <fmt/format.h>

#include <straycat/model/selector.hpp>
#include <straycat/suite/suite.hpp>

namespace straycat::suite {
namespace {

bool any_glob_matches(const std::vector<std::string>& globs, const Case& one) {
  const auto matches = [](const std::string& glob, const std::string& text) {
    return ::fnmatch(glob.c_str(), text.c_str(), 0) == 0;
  };
  return globs.empty() || std::any_of(globs.begin(), globs.end(), [&](const std::string& glob) {
           return matches(glob, one.name) || matches(glob, one.file);
         });
}

Result<std::vector<model::LabelSelector>> read_selectors(const std::vector<std::string>& texts) {
  std::vector<model::LabelSelector> all;
  for (const std::string& text : texts) {
    Result<model::LabelSelector> one = model::parse_selector(text);
    if (!one) return bad_input(fmt::format("-l {}: {}", text, one.error().message));
    all.push_back(std::move(*one));
  }
  return all;
}

bool labels_match(const std::vector<model::LabelSelector>& selectors, const Case& one) {
  if (!one.broken.empty() && one.labels.empty()) return true;
  return std::all_of(selectors.begin(), selectors.end(),
                     [&](const model::LabelSelector& selector) { return model::matches(selector, one.labels); });
}

bool longer(const Case& a, const Case& b) { return a.length != b.length ? a.length > b.length : a.name < b.name; }
bool by_name(const Case& a, const Case& b) { return a.name != b.name ? a.name < b.name : a.file < b.file; }

// Dealt out like cards, the longest first.
std::vector<Case> of_shard(std::vector<Case> all, const Shard& shard) {
  std::sort(all.begin(), all.end(), longer);
  std::vector<Case> mine;
  for (std::size_t i = shard.which - 1; i < all.size(); i += shard.of) mine.push_back(std::move(all[i]));
  return mine;
}

}  // namespace

Result<Shard> parse_shard(std::string_view text) {
  Shard shard;
  const char* const end = text.data() + text.size();
  const auto [slash, first] = std::from_chars(text.data(), end, shard.which);
  const Error wrong = bad_input(fmt::format("--shard {}: expected a part of a number of parts, such as 2/4", text));
  if (first != std::errc{} || slash == end || *slash != '/') return wrong;
  const auto [stop, second] = std::from_chars(slash + 1, end, shard.of);
  if (second != std::errc{} || stop != end || shard.which < 1 || shard.which > shard.of) return wrong;
  return shard;
}

std::string folder_name(std::string_view name) {
  std::string out;
  for (const char letter : name) {
    const bool safe = (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
                      (letter >= '0' && letter <= '9') || letter == '-' || letter == '_' || letter == '.';
    out += safe ? letter : '-';
  }
  if (out.empty() || out.front() == '.') out.insert(0, "case");
  return out.substr(0, 100);
}

void make_names_unique(std::vector<Case>& all) {
  std::map<std::string, int> times;
  for (const Case& one : all) ++times[one.name];
  for (Case& one : all)
    if (times[one.name] > 1) one.name += fmt::format(" ({})", one.file);
  std::sort(all.begin(), all.end(), by_name);
  std::set<std::string> taken;
  for (Case& one : all) {
    const std::string base = folder_name(one.name);
    one.folder = base;
    for (int again = 2; !taken.insert(one.folder).second; ++again) one.folder = fmt::format("{}-{}", base, again);
  }
}

Result<std::vector<Case>> select(std::vector<Case> all, const Selection& selection) {
  make_names_unique(all);
  const auto selectors = read_selectors(selection.selectors);
  if (!selectors) return selectors.error();
  std::erase_if(
      all, [&](const Case& one) { return !any_glob_matches(selection.only, one) || !labels_match(*selectors, one); });
  if (all.empty()) return bad_input("no scenario is selected: no name or file is as --only says, or no labels as -l");
  std::vector<Case> mine = of_shard(std::move(all), selection.shard);
  std::sort(mine.begin(), mine.end(), by_name);
  return mine;
}

}  // namespace straycat::suite
