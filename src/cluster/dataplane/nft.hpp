// libnftables, in this thread's network namespace at the time of `open`. One thread (the library has global state).
#pragma once

#include <memory>
#include <string>

#include <nlohmann/json_fwd.hpp>

#include <straycat/core/result.hpp>

struct nft_ctx;

namespace straycat::cluster {

class Nft {
 public:
  static Result<Nft> open();

  // One transaction: all of it or nothing. The answer is the library's JSON text, "" when it says nothing.
  // The error has the kernel's words ("Could not process rule: Message too long").
  Result<std::string> run(const nlohmann::json& commands);

 private:
  struct Close {
    void operator()(nft_ctx* context) const;
  };
  explicit Nft(nft_ctx* context) : context_(context) {}
  std::unique_ptr<nft_ctx, Close> context_;
};

}  // namespace straycat::cluster
