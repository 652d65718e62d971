#include "cluster/apiserver/framing.hpp"

namespace straycat::cluster {
namespace {

constexpr unsigned char end_of_channel = 255;
constexpr const char* channel_names[] = {"stdin", "stdout", "stderr", "error", "resize"};

class ChannelFraming final : public Framing {
 public:
  std::vector<Said> begin() override {
    std::vector<Said> out;
    for (int i = 0; i < static_cast<int>(std::size(channel_names)); ++i)
      out.push_back({Said::What::opened, i, {{"streamtype", channel_names[i]}}});
    return out;
  }
  StoreResult<std::vector<Said>> take(std::string_view bytes) override {
    if (bytes.empty()) return std::vector<Said>{};
    const auto first = static_cast<unsigned char>(bytes.front());
    if (first == end_of_channel && bytes.size() == 2) return std::vector<Said>{{Said::What::closed, bytes[1]}};
    if (first >= std::size(channel_names)) return bad_request("no such channel: " + std::to_string(first));
    return std::vector<Said>{{Said::What::data, first, {}, std::string(bytes.substr(1))}};
  }
  std::string data(int stream, std::string_view bytes) override {
    return static_cast<char>(stream) + std::string(bytes);
  }
  std::string closing(int) override { return {}; }
};

}  // namespace

std::unique_ptr<Framing> channel_framing() { return std::make_unique<ChannelFraming>(); }

}  // namespace straycat::cluster
