#include "lint/read.hpp"

#include <algorithm>

#include <straycat/core/json_access.hpp>

namespace straycat::lint {
namespace {

constexpr std::size_t most_in_a_list = 100'000;

// One piece of a text between lines that begin with "---".
struct Piece {
  std::size_t from = 0, size = 0;
  int lines_before = 0;
  std::string source;
};

std::string_view line_at(std::string_view text, std::size_t at) {
  return text.substr(at, std::min(text.find('\n', at), text.size()) - at);
}

bool is_separator(std::string_view line) {
  if (!line.starts_with("---")) return false;
  line.remove_prefix(3);
  const std::size_t first = line.find_first_not_of(" \t\r");
  return first == std::string_view::npos || (first > 0 && line[first] == '#');
}

std::string_view without_blanks(std::string_view text) {
  while (!text.empty() && (text.back() == ' ' || text.back() == '\r' || text.back() == '\t')) text.remove_suffix(1);
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  return text;
}

std::vector<Piece> pieces_of(std::string_view text) {
  std::vector<Piece> out;
  Piece piece;
  int line = 0;
  for (std::size_t at = 0; at < text.size(); ++line) {
    const std::string_view words = line_at(text, at);
    const std::size_t next = std::min(at + words.size() + 1, text.size());
    if (is_separator(words)) {
      piece.size = at - piece.from;
      out.push_back(std::move(piece));
      piece = {next, 0, line + 1, ""};
    } else if (words.starts_with("# Source: ") && piece.source.empty()) {
      piece.source = without_blanks(words.substr(10));
    }
    at = next;
  }
  piece.size = text.size() - piece.from;
  out.push_back(std::move(piece));
  return out;
}

bool is_blank(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::string_view line = line_at(text, at);
    const std::string_view words = without_blanks(line);
    if (!words.empty() && words.front() != '#') return false;
    at += line.size() + 1;
  }
  return true;
}

std::string unquoted(std::string_view word) {
  word = without_blanks(word);
  if (const std::size_t comment = word.find(" #"); comment != std::string_view::npos)
    word = without_blanks(word.substr(0, comment));
  if (word.size() >= 2 && (word.front() == '"' || word.front() == '\'') && word.back() == word.front())
    word = word.substr(1, word.size() - 2);
  return std::string(word);
}

// What the lines of a text that is no YAML still say of it: "kind:" at the margin, and the first "  name:" after it.
std::vector<Thing> shadows_of(std::string_view text, const Origin& origin) {
  std::vector<Thing> out;
  int line_number = 0;
  for (std::size_t at = 0; at < text.size(); ++line_number) {
    const std::string_view line = line_at(text, at);
    if (line.starts_with("kind:")) {
      Thing& thing = out.emplace_back();
      thing.ref.kind = unquoted(line.substr(5));
      thing.origin = origin;
      thing.origin.line = origin.lines_before + line_number + 1;
      thing.doubtful = true;
    } else if (line.starts_with("  name:") && !out.empty() && out.back().ref.name.empty()) {
      out.back().ref.name = unquoted(line.substr(7));
    }
    at += line.size() + 1;
  }
  return out;
}

// A definition of somebody's kind may have a megabyte, and no rule asks for more than that it is there.
bool is_definition(std::string_view text) {
  const std::size_t at =
      text.starts_with("kind: CustomResourceDefinition") ? 0 : text.find("\nkind: CustomResourceDefinition");
  return at != std::string_view::npos;
}

// A separator that was forgotten: kubectl would take the last of the objects and know nothing of the others.
bool joins_objects(std::string_view text, const std::vector<yaml::Diagnostic>& repeated) {
  return std::any_of(repeated.begin(), repeated.end(), [&](const yaml::Diagnostic& one) {
    if (one.at.column != 1) return false;
    std::size_t at = 0;
    for (int line = 1; line < one.at.line && at < text.size(); ++line) at += line_at(text, at).size() + 1;
    return at < text.size() && (text.substr(at).starts_with("kind") || text.substr(at).starts_with("apiVersion"));
  });
}

class Reader {
 public:
  Reader(const Text& text, std::size_t index, Facts& facts, std::vector<Unread>& unread)
      : text_(text), index_(index), facts_(facts), unread_(unread) {}

  void take(const Piece& piece) {
    const std::string_view words = std::string_view(text_.text).substr(piece.from, piece.size);
    Origin origin{index_, piece.from, piece.size, piece.lines_before, 0, {}, piece.lines_before + 1, piece.source};
    if (is_blank(words)) return;
    if (is_definition(words)) {
      for (Thing& one : shadows_of(words, origin)) facts_.others.push_back(std::move(one));
      ++facts_.objects;
      return;
    }
    std::vector<yaml::Diagnostic> repeated;
    Result<std::vector<yaml::Node>> documents = yaml::parse(words, text_.name, &repeated);
    if (!documents || joins_objects(words, repeated)) return refuse(words, piece, origin);
    for (const yaml::Node& document : *documents) {
      origin.line = piece.lines_before + document.start.line;
      add(document, origin);
      ++origin.document;
    }
  }

 private:
  // Parsed once more with the lines before it, so that the complaint names its place.
  void refuse(std::string_view words, const Piece& piece, const Origin& origin) {
    const std::string padded = std::string(static_cast<std::size_t>(piece.lines_before), '\n') + std::string(words);
    const auto again = yaml::parse(padded, text_.name);
    std::string message = again ? "cannot be read" : again.error().message;
    if (words.find("{{") != std::string_view::npos)
      message += "\n  this looks like a template: render it first (helm template . | straycat lint -)";
    unread_.push_back({text_.name, origin.line, std::move(message)});
    auto shadows = shadows_of(words, origin);
    if (shadows.empty()) shadows.emplace_back().doubtful = true;
    for (Thing& one : shadows) facts_.shadows.push_back(std::move(one));
  }

  void add(const yaml::Node& node, const Origin& origin) {
    // A list, or a word, is no manifest: a folder also holds values and workflows.
    if (node.type != yaml::Node::Type::mapping) return;
    const yaml::Node* kind = node.find("kind");
    const yaml::Node* items = node.find("items");
    const bool list = kind != nullptr && kind->scalar.ends_with("List") && items != nullptr &&
                      items->type == yaml::Node::Type::sequence && items->items.size() < most_in_a_list;
    if (!list) return add_object(node.to_json(), origin, false, facts_);
    for (std::size_t i = 0; i < items->items.size(); ++i) {
      Origin within = origin;
      within.within.insert(within.within.end(), {"items", std::to_string(i)});
      within.line += items->items[i].start.line - node.start.line;
      add(items->items[i], within);
    }
  }

  const Text& text_;
  std::size_t index_;
  Facts& facts_;
  std::vector<Unread>& unread_;
};

const yaml::Node* step(const yaml::Node& node, const std::string& key) {
  if (node.type == yaml::Node::Type::mapping) return node.find(key);
  if (node.type != yaml::Node::Type::sequence || key.empty() || key.find_first_not_of("0123456789") != key.npos ||
      key.size() > 6)
    return nullptr;
  const auto at = static_cast<std::size_t>(std::stoul(key));
  return at < node.items.size() ? &node.items[at] : nullptr;
}

// The key rather than what stands there, where that goes over several lines.
struct Found {
  yaml::Position at;
  int length = 1;
};
Found follow(const yaml::Node& root, const Path& path) {
  const yaml::Node* node = &root;
  Found found{root.start, 1};
  for (const std::string& key : path) {
    const yaml::Node::Pair* pair = node->type == yaml::Node::Type::mapping ? node->find_pair(key) : nullptr;
    const yaml::Node* next = step(*node, key);
    if (next == nullptr) break;
    node = next;
    const bool scalar = node->type != yaml::Node::Type::mapping && node->type != yaml::Node::Type::sequence;
    const yaml::Node& shown = pair != nullptr && !scalar ? pair->key : *node;
    found = {shown.start, scalar || pair != nullptr ? shown.length() : 1};
  }
  return found;
}

}  // namespace

void read_text(const Text& text, std::size_t index, Facts& facts, std::vector<Unread>& unread) {
  Reader reader(text, index, facts, unread);
  for (const Piece& piece : pieces_of(text.text)) reader.take(piece);
}

Spot locate(const std::vector<Text>& texts, const Origin& origin, const Path& path) {
  if (origin.text == no_text) return {std::string(in_the_cluster), {1, 1}, 1, ""};
  const Text& text = texts[origin.text];
  Spot spot{text.name, {origin.line, 1}, 1, origin.source};
  std::vector<yaml::Diagnostic> repeated;
  const auto documents =
      yaml::parse(std::string_view(text.text).substr(origin.from, origin.size), text.name, &repeated);
  if (!documents || origin.document >= documents->size()) return spot;
  Path whole = origin.within;
  whole.insert(whole.end(), path.begin(), path.end());
  const Found found = follow((*documents)[origin.document], whole);
  spot.at = {found.at.line + origin.lines_before, found.at.column};
  spot.length = found.length;
  return spot;
}

}  // namespace straycat::lint
