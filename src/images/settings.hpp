// What a program of ours can be told, by flags and by environment: a container's `args` and `env` are the two ways in
// which a manifest speaks to it.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <straycat/core/result.hpp>
#include <straycat/core/time.hpp>

namespace straycat::images {

// One switch: `--name VALUE` or `--name=VALUE`, else the environment variable, else the default.
struct SettingSpec {
  std::string_view name, variable, fallback, help;
};

using Environment = std::function<const char*(const std::string&)>;  // like getenv: null when unset

// The values of one start. Getters report a bad value together with where it was said.
class Settings {
 public:
  // Errors: unknown switch, missing value, something that is no switch. An empty variable counts as unset.
  static Result<Settings> read(const std::vector<SettingSpec>& specs, const std::vector<std::string>& arguments,
                               const Environment& environment);

  [[nodiscard]] const std::string& text(std::string_view name) const;
  [[nodiscard]] Result<long> number(std::string_view name, long least, long most) const;
  // Go's duration syntax; a bare number is seconds, as people write in an `env`.
  [[nodiscard]] Result<Nanos> duration(std::string_view name) const;
  // One of `words`, as its index.
  [[nodiscard]] Result<std::size_t> choice(std::string_view name, const std::vector<std::string_view>& words) const;

 private:
  struct Value {
    std::string text, origin;
  };
  [[nodiscard]] const Value& value(std::string_view name) const;
  std::map<std::string, Value, std::less<>> values_;
};

// The table that `--help` prints.
[[nodiscard]] std::string describe(std::string_view program, const std::vector<SettingSpec>& specs);

}  // namespace straycat::images
