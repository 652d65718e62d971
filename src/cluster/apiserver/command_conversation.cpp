#include <map>

#include "cluster/apiserver/conversation.hpp"
#include "cluster/kinds/json_help.hpp"

namespace straycat::cluster {
namespace {

class CommandConversation final : public Conversation, public std::enable_shared_from_this<CommandConversation> {
 public:
  CommandConversation(const PodStreams& streams, CommandRequest request, bool bare, Voice voice)
      : streams_(streams), request_(std::move(request)), bare_(bare), voice_(std::move(voice)) {}

  void hear(Said said, std::function<void()> ready) override {
    switch (said.what) {
      case Said::What::opened:
        by_name_[said.headers["streamtype"]] = said.stream;
        begin_when_complete();
        break;
      case Said::What::closed:
      case Said::What::reset:
        if (session_ && is("stdin", said.stream)) session_->end_input();
        break;
      case Said::What::data:
        if (session_ && is("stdin", said.stream)) return session_->input(std::move(said.data), std::move(ready));
        if (session_ && is("resize", said.stream)) resize(said.data);
    }
    ready();
  }

 private:
  [[nodiscard]] bool is(const char* name, int stream) const {
    const auto at = by_name_.find(name);
    return at != by_name_.end() && at->second == stream;
  }

  // A client opens one stream after another: the command must not speak before all are there.
  void begin_when_complete() {
    const auto there = [this](const char* name) { return by_name_.contains(name); };
    const bool complete = there("error") && (!request_.in || there("stdin")) && (!request_.out || there("stdout")) &&
                          (!request_.err || request_.tty || there("stderr"));
    if (!complete || begun_) return;
    begun_ = true;
    CommandListener listener;
    listener.output = [weak = weak_from_this()](OutputStream stream, std::string bytes, std::function<void()> taken) {
      if (const auto self = weak.lock())
        self->voice_.data(self->by_name_[stream == OutputStream::out ? "stdout" : "stderr"], std::move(bytes),
                          std::move(taken));
    };
    listener.ended = [weak = weak_from_this()](int code, const std::string& error) {
      if (const auto self = weak.lock()) self->finish(command_status(code, error));
    };
    auto session = streams_.run(request_, std::move(listener));
    if (!session) return finish(to_json(session.error()));
    session_ = std::move(*session);
  }

  void resize(const std::string& text) {
    const auto size = json::parse(text, nullptr, false);
    if (size.is_object())
      session_->resize(static_cast<int>(integer_or(size, "Width")), static_cast<int>(integer_or(size, "Height")));
  }

  void finish(const json& status) {
    const auto error = by_name_["error"];
    auto text = status.dump(-1, ' ', false, json::error_handler_t::replace);
    if (bare_) text = string_or(status, "message");
    if (!text.empty()) voice_.data(error, std::move(text), [] {});
    for (const auto& [name, stream] : by_name_) voice_.close(stream);
    voice_.end();
  }

  const PodStreams& streams_;
  CommandRequest request_;
  bool bare_;
  Voice voice_;
  std::map<std::string, int> by_name_;
  std::shared_ptr<CommandSession> session_;
  bool begun_ = false;
};

}  // namespace

json command_status(int code, const std::string& error) {
  json status = {{"metadata", json::object()}, {"status", "Success"}};
  if (!error.empty()) return to_json(Status{500, "InternalError", "Internal error occurred: " + error, nullptr});
  if (code == 0) return status;
  status["status"] = "Failure";
  status["reason"] = "NonZeroExitCode";
  status["message"] = "command terminated with non-zero exit code: exit status " + std::to_string(code);
  status["details"]["causes"] = json::array({{{"reason", "ExitCode"}, {"message", std::to_string(code)}}});
  return status;
}

std::shared_ptr<Conversation> command_conversation(const PodStreams& streams, CommandRequest request, bool bare,
                                                   Voice voice) {
  return std::make_shared<CommandConversation>(streams, std::move(request), bare, std::move(voice));
}

}  // namespace straycat::cluster
