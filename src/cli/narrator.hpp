// What `straycat demo` says while its run goes on: what is done and expected, and each request as it ends.
#pragma once

#include <cstdint>
#include <set>
#include <string>

#include <straycat/core/event.hpp>

namespace straycat::cli {

class Narrator {
 public:
  explicit Narrator(bool unicode) : unicode_(unicode) {}
  // What is to be said of it; "" = nothing.
  [[nodiscard]] std::string on_event(const Event& event);

 private:
  std::string chapter(const std::string& step) const;
  std::string requests(std::uint64_t sent);

  bool unicode_;
  std::uint64_t told_ = 0, counted_ = 0;  // requests by their numbers
  std::set<std::uint64_t> failed_;        // those of them, not told yet
  std::string why_;                       // the last failure's own words
};

}  // namespace straycat::cli
