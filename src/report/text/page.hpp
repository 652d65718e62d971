// The page that a text report is written on, and the parts that several reports have. Private to `report`.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "report/text/canvas.hpp"
#include <straycat/diagnose/verdict.hpp>

namespace straycat::report {

// Collects lines; everything that goes through `say` is made harmless and wrapped.
class Page {
 public:
  explicit Page(const TextStyle& style) : style_(style) {}

  void line(const std::string& text = "") { out_ += text + "\n"; }
  void title(std::string_view text) {
    line();
    say("", text, Ink::bold);
  }
  // A paragraph with a first-line prefix; following lines are indented as deep.
  void say(std::string_view prefix, std::string_view text, Ink colour = Ink::plain) {
    const std::size_t indent = columns(prefix);
    const auto width = static_cast<std::size_t>(std::max(60, style_.width));
    bool first = true;
    for (const std::string& part : wrap(harmless(text, style_.unicode), width > indent + 20 ? width - indent : 20)) {
      line((first ? std::string(prefix) : std::string(indent, ' ')) + ink(part, colour, style_));
      first = false;
    }
  }
  // A line to copy: never wrapped.
  void code(std::string_view prefix, std::string_view text) {
    line(std::string(prefix) + ink(harmless(text, style_.unicode), Ink::cyan, style_));
  }
  void block(std::string_view prefix, std::string_view text) {
    while (!text.empty()) {
      const std::size_t end = text.find('\n');
      code(prefix, text.substr(0, end));
      text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
    }
  }

  [[nodiscard]] const TextStyle& style() const { return style_; }
  [[nodiscard]] std::string take() { return std::move(out_); }

 private:
  TextStyle style_;
  std::string out_;
};

// Which run, where and when.
void write_heading(Page& page, const history::History& history);
// Passed or failed, and the first so many of what was expected and is not met.
void write_outcome(Page& page, const diagnose::Verdict& verdict, std::size_t at_most);
[[nodiscard]] Ink ink_of_outcome(const diagnose::Verdict& verdict);
// A finding with its evidence and rivals. `proven` is false for what only explains a part: it accuses nobody, and its
// fix is not told.
void write_finding(Page& page, const finding::Finding& finding, bool proven);
void write_fix(Page& page, const finding::Finding& finding);

}  // namespace straycat::report
