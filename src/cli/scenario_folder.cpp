#include "cli/scenario_folder.hpp"

#include <algorithm>
#include <cstdlib>
#include <pwd.h>
#include <unistd.h>
#include <vector>

#include <fmt/format.h>

#include <straycat/core/file.hpp>
#include <straycat/yaml/document.hpp>

namespace straycat::cli {
namespace {

namespace fs = std::filesystem;

// With all links followed; "" where that cannot be told.
fs::path followed(const fs::path& path) {
  std::error_code error;
  const fs::path whole = fs::weakly_canonical(path.empty() ? "." : path, error);
  return error ? fs::path() : whole;
}

bool is_below(const fs::path& file, const fs::path& folder) {
  const auto [end, at] = std::mismatch(folder.begin(), folder.end(), file.begin(), file.end());
  return end == folder.end() && at != file.end();
}

// What the environment says, and what the machine knows: neither alone is always right.
std::vector<fs::path> homes() {
  std::vector<fs::path> out;
  if (const char* said = std::getenv("HOME"); said != nullptr && *said == '/') out.push_back(followed(said));
  if (const passwd* known = ::getpwuid(::getuid()); known != nullptr && *known->pw_dir == '/')
    out.push_back(followed(known->pw_dir));
  return out;
}

bool may(const fs::path& path, fs::perms right) {
  std::error_code error;
  const fs::perms held = fs::status(path, error).permissions();
  return !error && (held & right) != fs::perms::none;
}

// Once somebody has come as far as the nearest folder that holds both: a whole tree that nobody else may enter, a home
// say, is every scenario's place.
bool everybody_reads(const fs::path& file, const fs::path& from) {
  const auto [end, below] = std::mismatch(from.begin(), from.end(), file.begin(), file.end());
  fs::path at;
  for (auto part = file.begin(); part != below; ++part) at /= *part;
  for (auto part = below; part != file.end(); ++part) {
    at /= *part;
    if (at != file && !may(at, fs::perms::others_exec)) return false;
  }
  return may(file, fs::perms::others_read);
}

bool has_dot(const fs::path& path) {
  return std::any_of(path.begin(), path.end(), [](const fs::path& part) { return part.native().starts_with('.'); });
}

constexpr std::string_view expected = "expected a manifest: a mapping with apiVersion, kind and metadata";

bool says_kind(std::string_view text) { return text.starts_with("kind:") || text.find("\nkind:") != text.npos; }

// An error that quotes would show a stranger's log what the file holds.
Result<> check_is_manifest(const std::string& text, const std::string& name) {
  const Result<std::vector<yaml::Node>> documents = yaml::parse(text, name);
  if (!documents && !says_kind(text)) return bad_input(fmt::format("{}: {}", name, expected));
  for (std::size_t i = 0; documents && i < documents->size(); ++i) {
    const yaml::Node& document = (*documents)[i];
    if (document.type != yaml::Node::Type::mapping || document.find("kind") == nullptr)
      return bad_input(fmt::format("{}: line {}: {}", name, document.start.line, expected));
  }
  return {};
}

}  // namespace

ScenarioFolder::ScenarioFolder(const fs::path& folder) : folder_(folder), whole_(followed(folder)) {
  for (const fs::path& home : homes()) home_ = home_ || home == whole_ || is_below(home, whole_);
  home_ = home_ || whole_ == whole_.root_path();
}

bool ScenarioFolder::holds(const fs::path& file) const { return !whole_.empty() && !home_ && is_below(file, whole_); }

std::string ScenarioFolder::hidden(const std::string& file) const {
  const fs::path whole = followed(file);
  if (whole_.empty() || !is_below(whole, whole_)) return "it lies outside the scenario's folder";
  if (home_) return "the scenario's folder is your home, or holds it";
  if (whole != file) return "it is named by way of a link or \"..\"";
  if (has_dot(whole.lexically_relative(whole_))) return "a part of its path begins with a dot";
  if (!everybody_reads(whole, whole_)) return "not everybody may read it";
  return "";
}

Result<> ScenarioFolder::admit(const std::string& name) const {
  const fs::path file = followed(folder_ / name);
  std::error_code error;
  const fs::file_status seen = fs::status(folder_ / name, error);
  if (fs::exists(seen) && fs::is_other(seen)) return bad_input(fmt::format("{}: is no regular file", name));
  if (!fs::exists(seen) || file == whole_ || holds(file) || everybody_reads(file, whole_)) return {};
  const char* where = home_ && is_below(file, whole_) ? "the scenario's folder is your home, or holds it"
                                                      : "it lies outside the scenario's folder";
  return bad_input(fmt::format(
      "{}: {}, and not everybody may read this file: a scenario may be a stranger's, and gets none of yours", name,
      where));
}

Result<std::string> ScenarioFolder::manifest(const std::string& name) const {
  if (const Result<> admitted = admit(name); !admitted) return admitted.error();
  Result<std::string> text = read_file((folder_ / name).string());
  if (!text || holds(followed(folder_ / name))) return text;
  if (const Result<> good = check_is_manifest(*text, name); !good) return good.error();
  return text;
}

}  // namespace straycat::cli
