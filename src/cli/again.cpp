#include "cli/again.hpp"

#include <fmt/format.h>

#include <straycat/finding/words.hpp>

namespace straycat::cli {
namespace {

class CommandLine {
 public:
  explicit CommandLine(std::string start) : text_(std::move(start)) {}
  CommandLine& word(std::string_view one) {
    text_ += " " + finding::shell_word(one);
    return *this;
  }
  // Left out where it has what it has anyway.
  CommandLine& flag(std::string_view name, std::string_view value, std::string_view usual = "") {
    return value == usual ? *this : word(name).word(value);
  }
  CommandLine& flag(std::string_view name, bool given) { return given ? word(name) : *this; }
  CommandLine& each(std::string_view name, const std::vector<std::string>& values) {
    for (const std::string& value : values) flag(name, value);
    return *this;
  }
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  std::string text_;
};

template <class Arguments>
void name_cluster(CommandLine& words, const Arguments& arguments, const std::string& context) {
  words.flag("--kubeconfig", arguments.at.kubeconfig).flag("--context", context);
  words.flag("--cluster", arguments.at.cluster).flag("--user", arguments.at.user);
  words.flag("--in-cluster", arguments.at.in_cluster).flag("-n", arguments.at.ns);
  words.flag("--agent-image", arguments.agent_image).each("--via", arguments.via);
  words.flag("--high-rate", arguments.high_rate);
}

}  // namespace

std::string run_again(const RunArguments& arguments, std::uint64_t seed) {
  CommandLine words("straycat run");
  words.word(arguments.scenario).each("--value", arguments.values);
  name_cluster(words, arguments, arguments.at.context);
  words.each("--image", arguments.images).flag("--data-plane", arguments.data_plane, "auto");
  words.flag("--nodes", std::to_string(arguments.nodes), "0");
  return words.flag("--seed", std::to_string(seed)).text();
}

std::string diagnose_again(const DiagnoseArguments& arguments, const std::string& context) {
  CommandLine words("straycat diagnose");
  words.word(arguments.service);
  name_cluster(words, arguments, context);
  if (!arguments.probe.empty()) words.word("--probe=" + arguments.probe);
  words.each("--for", arguments.meant).flag("--port", arguments.port);
  words.flag("--path", arguments.path, "/").flag("--rate", arguments.rate, "20/s").flag("--allow", arguments.allow);
  if (arguments.url.find('@') == std::string::npos) words.flag("--url", arguments.url);
  if (arguments.command.empty()) return words.text();
  words.flag("--baseline", arguments.baseline, "3s").flag("--tail", arguments.tail, "10s");
  return words.text() + " -- COMMAND";
}

}  // namespace straycat::cli
