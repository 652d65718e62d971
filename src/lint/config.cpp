#include <algorithm>

#include <fmt/format.h>

#include <straycat/lint/config.hpp>
#include <straycat/yaml/document.hpp>

namespace straycat::lint {
namespace {

const std::vector<std::string> severity_words{"error", "warning", "note", "off"};
const std::vector<std::string> config_keys{"rules", "ignore"};

class ConfigReader {
 public:
  ConfigReader(std::string_view text, const std::string& file) : text_(text), file_(file) {}

  Result<Config> read() {
    Result<std::vector<yaml::Node>> documents = yaml::parse(text_, file_);
    if (!documents) return documents.error();
    if (documents->size() > 1)
      return complain((*documents)[1], "a second document: there is one configuration in a file");
    if (documents->empty()) return Config{};
    const yaml::Node& root = documents->front();
    if (root.type != yaml::Node::Type::mapping) return complain(root, "expected a mapping with rules and ignore");
    for (const yaml::Node::Pair& pair : root.pairs)
      if (const Result<> taken = take(pair); !taken) return taken.error();
    return std::move(out_);
  }

 private:
  [[nodiscard]] Error complain(const yaml::Node& at, std::string message) const {
    return yaml::to_error({file_, at.start, at.length(), std::move(message), ""}, text_);
  }

  Result<> take(const yaml::Node::Pair& pair) {
    const std::string& key = pair.key.scalar;
    if (key == "rules") return take_rules(pair.value);
    if (key == "ignore") return take_ignore(pair.value);
    return complain(pair.key, fmt::format("unknown key \"{}\": expected rules or ignore{}", key,
                                          yaml::suggestion(key, config_keys)));
  }

  Result<> take_rules(const yaml::Node& node) {
    if (node.type == yaml::Node::Type::null) return {};
    if (node.type != yaml::Node::Type::mapping)
      return complain(node, "rules: expected a mapping of rules to error, warning, note or off");
    for (const yaml::Node::Pair& pair : node.pairs) {
      const Result<std::vector<std::string>> codes = codes_of(pair.key);
      if (!codes) return codes.error();
      const Result<std::optional<Severity>> severity = severity_at(pair.value);
      if (!severity) return severity.error();
      for (const std::string& code : *codes) out_.severities[code] = *severity;
    }
    return {};
  }

  // A cause's name stands for each rule that finds it.
  [[nodiscard]] Result<std::vector<std::string>> codes_of(const yaml::Node& key) const {
    std::vector<std::string> codes, words;
    for (const RuleWords& rule : rules()) {
      const std::string cause = rule.cause ? std::string(finding::to_string(*rule.cause)) : "";
      if (rule.code == key.scalar || (!cause.empty() && cause == key.scalar)) codes.push_back(rule.code);
      words.push_back(rule.code);
      if (!cause.empty()) words.push_back(cause);
    }
    if (codes.empty())
      return complain(key, fmt::format("there is no rule \"{}\" (`straycat explain` lists them){}", key.scalar,
                                       yaml::suggestion(key.scalar, words)));
    return codes;
  }

  // YAML takes a plain `off` for a boolean; what is written counts.
  [[nodiscard]] Result<std::optional<Severity>> severity_at(const yaml::Node& node) const {
    for (const Severity one : {Severity::error, Severity::warning, Severity::note})
      if (node.scalar == to_string(one)) return std::optional<Severity>(one);
    if (node.scalar == "off") return std::optional<Severity>();
    return complain(node, fmt::format("\"{}\": expected error, warning, note or off{}", node.scalar,
                                      yaml::suggestion(node.scalar, severity_words)));
  }

  Result<> take_ignore(const yaml::Node& node) {
    if (node.type == yaml::Node::Type::null) return {};
    if (node.type != yaml::Node::Type::sequence) return complain(node, "ignore: expected a list of paths");
    for (const yaml::Node& one : node.items) {
      if (!one.value.is_string() || one.scalar.empty()) return complain(one, "ignore: expected a path");
      if (one.scalar.starts_with("/") || one.scalar.starts_with("../"))
        return complain(one, fmt::format("ignore: \"{}\": expected a path below the folder of this file", one.scalar));
      out_.ignore.push_back(one.scalar);
    }
    return {};
  }

  std::string_view text_;
  const std::string& file_;
  Config out_;
};

// Where in the path the glob so far may end.
using Ends = std::vector<bool>;

// A star goes on to the end of the name, two of them to the end of the path, and those with a slash to each folder's.
Ends after_star(const Ends& before, std::string_view path, std::string_view star) {
  Ends out(before.size());
  bool on = false;
  for (std::size_t at = 0; at < before.size(); ++at) {
    const bool folder = at > 0 && path[at - 1] == '/';
    if (star == "*" && folder) on = false;
    out[at] = before[at] || (on && (star != "**/" || folder));
    on = on || before[at];
  }
  return out;
}

Ends after_letter(const Ends& before, std::string_view path, char letter) {
  Ends out(before.size());
  for (std::size_t at = 0; at < path.size(); ++at)
    out[at + 1] = before[at] && (letter == '?' ? path[at] != '/' : path[at] == letter);
  return out;
}

bool matches_glob(std::string_view glob, std::string_view path) {
  Ends ends(path.size() + 1);
  ends[0] = true;
  while (!glob.empty()) {
    const std::string_view star = glob.starts_with("**/") ? "**/" : glob.starts_with("**") ? "**" : "*";
    const bool is_star = glob.front() == '*';
    ends = is_star ? after_star(ends, path, star) : after_letter(ends, path, glob.front());
    glob.remove_prefix(is_star ? star.size() : 1);
  }
  return ends.back();
}

}  // namespace

Result<Config> parse_config(std::string_view text, const std::string& file) { return ConfigReader(text, file).read(); }

bool matches_path(std::string_view glob, std::string_view path) {
  if (glob.starts_with("./")) glob.remove_prefix(2);
  while (glob.ends_with('/')) glob.remove_suffix(1);
  if (glob.empty()) return false;
  const bool anywhere = glob.find('/') == std::string_view::npos;
  const std::string whole = anywhere ? "**/" + std::string(glob) : std::string(glob);
  // The path itself, and each folder that it stands in.
  for (std::size_t end = path.size(); end != std::string_view::npos && end > 0; end = path.rfind('/', end - 1))
    if (matches_glob(whole, path.substr(0, end))) return true;
  return false;
}

}  // namespace straycat::lint
