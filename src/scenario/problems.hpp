// Collects what is wrong, so that one run of the check shows all of it.
#pragma once

#include <string>
#include <vector>

#include <straycat/core/result.hpp>
#include <straycat/yaml/document.hpp>

namespace straycat::scenario {

// A text that messages can point into.
struct Source {
  std::string file;
  std::string text;
};

class Problems {
 public:
  // `where` decides the position and how much is underlined.
  void add(const Source& source, const yaml::Node& where, std::string message, std::string hint = "");
  void add(const Error& error) { rendered_.push_back({{}, error.message}); }
  [[nodiscard]] bool empty() const { return rendered_.empty(); }
  [[nodiscard]] std::size_t size() const { return rendered_.size(); }
  // By place, where all are of one file.
  void sort();
  // All of them, in order; at most ten, and how many more.
  [[nodiscard]] Error error() const;

 private:
  struct Entry {
    yaml::Position at;
    std::string text;
  };
  std::vector<Entry> rendered_;
};

}  // namespace straycat::scenario
