#include <algorithm>

#include "cluster/apiserver/conversation.hpp"
#include "cluster/apiserver/rest.hpp"

namespace straycat::cluster {
namespace {

// The body of an answer, as a conversation in which only one speaks.
class Recital final : public Conversation {
 public:
  Recital(const std::shared_ptr<Answer>& answer, Voice voice) {
    if (const auto* whole = std::get_if<Response>(answer.get())) {
      voice.data(0, whole->body, [] {});
      voice.end();
      return;
    }
    held_ = std::get<Stream>(*answer).start([voice](const std::string& piece) { voice.data(0, piece, [] {}); },
                                            [voice] { voice.end(); });
  }
  void hear(Said, std::function<void()> ready) override { ready(); }

 private:
  std::shared_ptr<void> held_;
};

Upgrade as_messages(Answer answer, const std::string& protocol) {
  const auto shared = std::make_shared<Answer>(std::move(answer));
  return {Upgrade::Way::messages, protocol, [shared](Voice voice) -> std::shared_ptr<Conversation> {
            return std::make_shared<Recital>(shared, std::move(voice));
          }};
}

}  // namespace

Answer over_socket(Answer answer, const Request& request) {
  if (request.upgrade != "websocket") return answer;
  const auto* whole = std::get_if<Response>(&answer);
  const bool log = whole != nullptr && whole->code == 200 && whole->content_type == "text/plain";
  if (!log && !std::holds_alternative<Stream>(answer)) return answer;
  const bool binary =
      std::find(request.protocols.begin(), request.protocols.end(), "binary.k8s.io") != request.protocols.end();
  return as_messages(std::move(answer), binary ? "binary.k8s.io" : "");
}

}  // namespace straycat::cluster
