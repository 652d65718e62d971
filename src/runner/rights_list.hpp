// The rights that a run takes, gathered part by part. Private to `runner`.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <straycat/runner/rights.hpp>

namespace straycat::runner {

class Rights {
 public:
  // For a kind that Kubernetes itself has; of others nothing is known. `cost`: what is lost without them; "" = the run
  // cannot do without.
  void add(std::string_view kind, const std::vector<std::string>& verbs, std::string_view cost = "",
           const std::string& subresource = "");
  [[nodiscard]] std::vector<Right> take() const { return all_; }

 private:
  void add_one(const Right& right);
  std::vector<Right> all_;
};

}  // namespace straycat::runner
