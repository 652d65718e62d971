// The switch between libyaml, which reads characters, and Composer, which decides.
#include <algorithm>
#include <new>

#include <fmt/format.h>

#include "compose.hpp"
#include "split.hpp"

namespace straycat::yaml {
namespace {

// Owns a yaml_parser_t, and one event at a time.
class Events {
 public:
  explicit Events(std::string_view text) {
    if (yaml_parser_initialize(&parser_) == 0) throw std::bad_alloc();  // and it would bring no event for ever
    yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(text.data()), text.size());
  }
  ~Events() {
    yaml_event_delete(&event_);
    yaml_parser_delete(&parser_);
  }
  Events(const Events&) = delete;
  Events& operator=(const Events&) = delete;
  // The next event, or null when the text is no YAML.
  const yaml_event_t* next() {
    yaml_event_delete(&event_);
    if (yaml_parser_parse(&parser_, &event_) != 0) return &event_;
    if (parser_.error == YAML_MEMORY_ERROR) throw std::bad_alloc();  // no fault of the text's
    return nullptr;
  }
  [[nodiscard]] const yaml_parser_t& parser() const { return parser_; }

 private:
  yaml_parser_t parser_{};
  yaml_event_t event_{};
};

// Where a byte stands: reader errors (bad UTF-8, control characters) carry an offset only.
Position position_of_byte(std::string_view text, std::size_t offset, int lines_before) {
  Position position{1 + lines_before, 1};
  for (const char c : text.substr(0, std::min(offset, text.size()))) {
    const bool continues = (static_cast<unsigned char>(c) & 0xC0) == 0x80;
    if (c == '\n') {
      position = {position.line + 1, 1};
    } else if (!continues) {
      ++position.column;
    }
  }
  return position;
}

// Does a tab stand at this mark? (Columns are code points, but only white space can stand before a bad tab's column.)
bool tab_at(std::string_view text, const yaml_mark_t& mark) {
  for (std::size_t line = 0; line < mark.line; ++line)
    text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
  return mark.column < text.size() && text[mark.column] == '\t';
}

// What a person most often did when libyaml says this.
std::string hint_for(std::string_view problem, std::string_view text, const yaml_mark_t& mark) {
  if (problem == "found character that cannot start any token") {
    return tab_at(text, mark) ? "YAML is indented with spaces: a tab stands here"
                              : "text that begins with @, ` or % needs quotes";
  }
  if (problem == "mapping values are not allowed in this context")
    return "text that contains \": \" needs quotes; else check the indentation";
  if (problem == "could not find expected ':'")
    return "a key needs \": \" and a value; text over several lines needs quotes or |";
  if (problem == "did not find expected key")
    return "the indentation does not fit the lines above, or a quote is missing";
  if (problem == "did not find expected '-' indicator") return "a list's items must all be indented alike";
  return "";
}

Diagnostic syntax_error(const Events& events, const Chunk& chunk) {
  const yaml_parser_t& parser = events.parser();
  const std::string problem = parser.problem == nullptr ? "no YAML" : parser.problem;
  if (parser.error == YAML_READER_ERROR) {
    return {"", position_of_byte(chunk.text, parser.problem_offset, chunk.lines_before), 1, problem, ""};
  }
  const auto line = static_cast<int>(parser.problem_mark.line) + 1 + chunk.lines_before;
  Diagnostic diagnostic{"", {line, static_cast<int>(parser.problem_mark.column) + 1}, 1, problem, ""};
  if (parser.context != nullptr) {
    const auto context_line = static_cast<int>(parser.context_mark.line) + 1 + chunk.lines_before;
    diagnostic.message += fmt::format(" ({}", parser.context);
    diagnostic.message += context_line == line ? ")" : fmt::format(" that began in line {})", context_line);
  }
  diagnostic.hint = hint_for(problem, chunk.text, parser.problem_mark);
  return diagnostic;
}

// All documents of one chunk: at most one, as kubectl reads only the first.
Complaint parse_chunk(const Chunk& chunk, std::vector<Node>& documents, std::vector<Diagnostic>* repeated) {
  Events events(chunk.text);
  std::optional<Composer> composer;
  bool seen = false;
  while (const yaml_event_t* event = events.next()) {
    if (event->type == YAML_STREAM_END_EVENT) return std::nullopt;
    if (event->type == YAML_DOCUMENT_START_EVENT) {
      composer.emplace(chunk.lines_before, repeated);
      if (seen)
        return Diagnostic{"", composer->position(event->start_mark), 3, "kubectl would not read what follows",
                          "documents are separated by a line that is --- and nothing else"};
      seen = true;
    } else if (event->type == YAML_DOCUMENT_END_EVENT && composer) {
      Node root = std::move(*composer).root();
      if (root.type != Node::Type::null) documents.push_back(std::move(root));
    } else if (composer) {
      if (Complaint complaint = composer->take(*event)) return complaint;
    }
  }
  return syntax_error(events, chunk);
}

}  // namespace

Result<std::vector<Node>> parse(std::string_view text, const std::string& file, std::vector<Diagnostic>* repeated) {
  std::vector<Node> documents;
  for (const Chunk& chunk : split(text)) {
    Complaint complaint = parse_chunk(chunk, documents, repeated);
    if (!complaint) continue;
    complaint->file = file;
    return to_error(*complaint, text);
  }
  return documents;
}

}  // namespace straycat::yaml
