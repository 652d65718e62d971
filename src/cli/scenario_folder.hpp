// A scenario may be a stranger's: which of the caller's files it may use, and show to its pods.
#pragma once

#include <filesystem>
#include <string>

#include <straycat/core/result.hpp>

namespace straycat::cli {

// What lies in the scenario's own folder (links followed) came with it. A folder that is the caller's home, or holds
// it, is nobody's own: there everything counts as lying outside.
class ScenarioFolder {
 public:
  explicit ScenarioFolder(const std::filesystem::path& folder);

  // Why pods must not see this file, which an image's command names; "" = they may.
  [[nodiscard]] std::string hidden(const std::string& file) const;
  // Errors: a file (relative to the folder, or absolute) that lies outside and that not everybody may read; what is no
  // file at all, and might never end. One that is not there passes: whoever opens it says so.
  [[nodiscard]] Result<> admit(const std::string& name) const;
  // The text of a manifest that is admitted. Of what lies outside and is no manifest nobody quotes a word.
  [[nodiscard]] Result<std::string> manifest(const std::string& name) const;

 private:
  [[nodiscard]] bool holds(const std::filesystem::path& file) const;

  std::filesystem::path folder_, whole_;  // as it was named; with all links followed, "" = not known
  bool home_ = false;                     // it is the caller's home, or holds it
};

}  // namespace straycat::cli
