#include "cluster/dataplane/nft.hpp"

#include <nftables/libnftables.h>

#include <nlohmann/json.hpp>

namespace straycat::cluster {
namespace {

// "internal:0:0-0: Error: Could not process rule: ...\n\n..." -> the first sentence.
std::string first_error(std::string text) {
  if (const auto start = text.find("Error: "); start != std::string::npos) text.erase(0, start + 7);
  if (const auto end = text.find('\n'); end != std::string::npos) text.erase(end);
  return text.empty() ? "refused without a word" : text;
}

}  // namespace

void Nft::Close::operator()(nft_ctx* context) const { ::nft_ctx_free(context); }

Result<Nft> Nft::open() {
  nft_ctx* context = ::nft_ctx_new(NFT_CTX_DEFAULT);
  if (context == nullptr) return own_trouble("nftables: no memory, or no netlink");
  Nft nft(context);
  // JSON output is also what makes the library read its input as JSON.
  ::nft_ctx_output_set_flags(context, NFT_CTX_OUTPUT_JSON);
  if (::nft_ctx_buffer_output(context) != 0 || ::nft_ctx_buffer_error(context) != 0)
    return own_trouble("nftables: no memory");
  return nft;
}

Result<std::string> Nft::run(const nlohmann::json& commands) {
  const int code = ::nft_run_cmd_from_buffer(context_.get(), commands.dump().c_str());
  // Both calls drain their buffers: once each, or the next command would see this one's words.
  std::string output = ::nft_ctx_get_output_buffer(context_.get());
  const std::string errors = ::nft_ctx_get_error_buffer(context_.get());
  if (code != 0) return own_trouble("nftables: " + first_error(errors));
  return output;
}

}  // namespace straycat::cluster
