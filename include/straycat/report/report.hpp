// History and verdict -> what a person or a tool reads. Pure; one file a format. Everything that comes from a cluster
// is untrusted text and is made harmless here for the medium it goes to.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include <straycat/diagnose/proof.hpp>
#include <straycat/diagnose/verdict.hpp>
#include <straycat/history/history.hpp>

namespace straycat::report {

// How a terminal wants its text.
struct TextStyle {
  int width = 80;       // columns; lanes and wrapped paragraphs fit it (at least 60)
  bool colour = false;  // ANSI SGR; nothing is told by colour alone
  bool unicode = true;  // false: ASCII only
};

// The whole report for a terminal, ending with a newline.
[[nodiscard]] std::string render_text(const history::History& history, const diagnose::Verdict& verdict,
                                      const TextStyle& style);

// What of it a person needs first: at most 45 lines at 80 columns, passed or failed beside found or clean, and cause
// and change once more as the last sentence. `folder`: where the rest is.
[[nodiscard]] std::string render_short_text(const history::History& history, const diagnose::Verdict& verdict,
                                            const TextStyle& style, std::string_view folder);
// "PASSED: 108 of 680 failed by a stray endpoint: Job/sayhi; change job.yaml:1".
[[nodiscard]] std::string run_sentence(const diagnose::Verdict& verdict);

// The same content for programs ("straycat.report/1"). Deterministic.
[[nodiscard]] nlohmann::json render_json(const history::History& history, const diagnose::Verdict& verdict);
// The JSON Schema (2020-12) of what render_json gives.
[[nodiscard]] nlohmann::json json_schema();

// The timeline as one HTML file that fetches nothing and is readable without JavaScript.
[[nodiscard]] std::string render_html(const history::History& history, const diagnose::Verdict& verdict);

// JUnit XML as Jenkins and GitLab read it. What could not be proven is "skipped", or a failure when
// `inconclusive_fails`.
[[nodiscard]] std::string render_junit(const history::History& history, const diagnose::Verdict& verdict,
                                       bool inconclusive_fails);

// Markdown for a pull request, at most 60 lines, with the lanes as a mermaid gantt.
[[nodiscard]] std::string render_markdown(const history::History& history, const diagnose::Verdict& verdict);

// Many runs on one page, aligned at their first steps: verdicts side by side, differences named. `name` is what a
// reader knows a run by (its folder); the pointers are never null. At least one run.
struct Compared {
  std::string name;
  const history::History* history = nullptr;
  const diagnose::Verdict* verdict = nullptr;
};
[[nodiscard]] std::string render_html_comparison(const std::vector<Compared>& runs);

// Two runs side by side and what they prove, for --prove-fix.
[[nodiscard]] std::string render_proof(const history::History& before, const diagnose::Verdict& verdict_before,
                                       const history::History& after, const diagnose::Verdict& verdict_after,
                                       const diagnose::Proof& proof, const TextStyle& style);

// One progress line for an event as it happens ("" when it is not worth one), without a newline; `zero` is the header's
// stamp.
[[nodiscard]] std::string progress_line(const Event& event, Stamp zero, const TextStyle& style);

// Untrusted text made harmless for a terminal: control and bidirectional characters are shown as escapes, bad UTF-8 as
// U+FFFD.
[[nodiscard]] std::string harmless(std::string_view text, bool unicode = true);

}  // namespace straycat::report
