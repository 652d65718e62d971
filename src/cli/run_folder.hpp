// The folder of a run's log and reports. It is made when there is something to write, and the making is the test
// whether it is free: asked before, two runs that start in the same second would take one for theirs.
#pragma once

#include <filesystem>
#include <string>

#include <straycat/core/result.hpp>

namespace straycat::cli {

class RunFolder {
 public:
  // `wanted`: the person's; "" = one of a scenario's name and the time, under straycat-runs. Errors (bad_input): the
  // person's holds a run already.
  [[nodiscard]] static Result<RunFolder> choose(const std::string& wanted, const std::string& name);
  // A run's within another's folder.
  [[nodiscard]] RunFolder within(const std::string& name) const;

  // Makes it, and in it an empty log.jsonl that nobody else has made.
  Result<> make();
  // Once it is made.
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::filesystem::path log() const { return path_ / "log.jsonl"; }

 private:
  RunFolder(std::filesystem::path path, bool given) : path_(std::move(path)), given_(given) {}

  std::filesystem::path path_;
  bool given_;  // it may be there already; else another name is taken
};

}  // namespace straycat::cli
