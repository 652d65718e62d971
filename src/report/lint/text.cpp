// The findings of `lint` for a terminal: each with its place, as the complaints about a scenario are.
#include <algorithm>

#include <fmt/format.h>

#include <straycat/finding/words.hpp>
#include <straycat/report/lint.hpp>

namespace straycat::report {
namespace {

const std::string* text_of(const std::vector<lint::Text>& texts, const std::string& file) {
  const auto found = std::find_if(texts.begin(), texts.end(), [&](const lint::Text& one) { return one.name == file; });
  return found == texts.end() ? nullptr : &found->text;
}

std::string coloured(std::string_view words, lint::Severity severity, const TextStyle& style) {
  if (!style.colour) return std::string(words);
  const char* code = severity == lint::Severity::error ? "31" : severity == lint::Severity::warning ? "33" : "36";
  return fmt::format("\x1b[{}m{}\x1b[0m", code, words);
}

std::string indented(const std::string& text, std::string_view by) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    out += fmt::format("{}{}\n", by, harmless(text.substr(at, end - at)));
    at = end + 1;
  }
  return out;
}

std::string place_of_lint(const lint::Spot& spot) {
  std::string out = fmt::format("{}:{}:{}", harmless(spot.file), spot.at.line, spot.at.column);
  if (!spot.source.empty()) out += fmt::format(" (rendered from {})", harmless(spot.source));
  return out;
}

std::string cure_of_lint(const lint::Flaw& flaw) {
  if (!flaw.fix) return flaw.no_fix.empty() ? "" : fmt::format("   no cure proposed: {}\n", harmless(flaw.no_fix));
  const finding::Fix& fix = *flaw.fix;
  std::string out = fmt::format("   cure, in {}/{}{}:\n", fix.target.kind, harmless(fix.target.name),
                                fix.file.empty() ? "" : " (" + harmless(fix.file) + ")");
  out += indented(fix.yaml, "     ");
  for (const std::string& step : fix.order) out += fmt::format("   - {}\n", harmless(step));
  for (const std::string& checked : fix.checked) out += fmt::format("   checked: {}\n", harmless(checked));
  return out;
}

std::string flaw_text(const lint::Flaw& flaw, const std::vector<lint::Text>& texts, const TextStyle& style) {
  const std::string kind =
      coloured(fmt::format("{} {}", lint::to_string(flaw.severity), flaw.rule), flaw.severity, style);
  const std::string* text = text_of(texts, flaw.spot.file);
  const yaml::Diagnostic place{harmless(flaw.spot.file), flaw.spot.at, flaw.spot.length, harmless(flaw.sentence), ""};
  std::string shown = yaml::render(place, text == nullptr ? std::string_view{} : std::string_view(*text));
  if (!shown.ends_with('\n')) shown += '\n';
  std::string out = fmt::format("{}: {}", kind, shown);
  if (!flaw.spot.source.empty()) out += fmt::format("   rendered from {}\n", harmless(flaw.spot.source));
  if (!flaw.other_spot.file.empty())
    out += fmt::format("   {}: {}\n", finding::display(flaw.other), place_of_lint(flaw.other_spot));
  return out + cure_of_lint(flaw) + "\n";
}

std::string behind_text(const lint::Behind& behind) {
  std::string out = fmt::format("after apply, behind {}: ", finding::display(behind.service));
  for (std::size_t i = 0; i < behind.workloads.size(); ++i)
    out += fmt::format("{}{}{}", i == 0 ? "" : ", ", finding::display(behind.workloads[i].workload),
                       behind.workloads[i].in_cluster ? " (in the cluster)" : "");
  return out + (behind.workloads.empty() ? "nobody\n" : "\n");
}

std::string summary_of(const lint::Verdict& verdict) {
  using lint::Severity;
  std::string out =
      fmt::format("{} in {}: {}, {}", finding::count(verdict.objects, "object"), finding::count(verdict.files, "file"),
                  finding::count(verdict.count(Severity::error), "error"),
                  finding::count(verdict.count(Severity::warning), "warning"));
  if (const auto notes = verdict.count(Severity::note)) out += ", " + finding::count(notes, "note");
  if (!verdict.known.empty()) out += fmt::format("; {} known by the baseline", verdict.known.size());
  if (!verdict.ignored.empty()) out += fmt::format("; {} ignored by annotations", verdict.ignored.size());
  if (!verdict.unread.empty())
    out += fmt::format("; {} could not be read", finding::count(verdict.unread.size(), "part"));
  return out + "\n";
}

}  // namespace

std::string render_lint(const lint::Verdict& verdict, const std::vector<lint::Text>& texts, const TextStyle& style) {
  std::string out;
  for (const lint::Unread& one : verdict.unread) out += fmt::format("unreadable: {}\n", one.message);
  if (!verdict.unread.empty()) out += "\n";
  for (const lint::Flaw& flaw : verdict.flaws) out += flaw_text(flaw, texts, style);
  for (const lint::Flaw& flaw : verdict.ignored)
    out += fmt::format("ignored {}: {}/{}: {}\n", flaw.rule, harmless(flaw.object.kind), harmless(flaw.object.name),
                       harmless(flaw.ignored));
  for (const lint::Behind& one : verdict.behind) out += behind_text(one);
  for (const std::string& note : verdict.notes) out += fmt::format("note: {}\n", harmless(note));
  return out + summary_of(verdict);
}

}  // namespace straycat::report
