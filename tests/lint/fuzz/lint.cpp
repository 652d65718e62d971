// Any bytes as manifests: a verdict whose parts agree, cures that leave no more errors than there were, never a crash.
#include <cstddef>
#include <cstdint>
#include <string>

#include <straycat/lint/guard.hpp>
#include <straycat/lint/lint.hpp>
#include <straycat/lint/mend.hpp>
#include <straycat/yaml/document.hpp>

namespace {

using namespace straycat;

void check_guard(const std::vector<lint::Text>& texts) {
  const auto guard = lint::guard_of(texts, {"", "web", {}, false});
  if (!guard) return;
  for (const std::string& text : {lint::admission_policy(*guard), lint::kyverno_policy(*guard)})
    if (!yaml::parse(text, "guard.yaml")) __builtin_trap();
}

void check_cures(std::vector<lint::Text> texts, const lint::Verdict& verdict, const lint::Wishes& wishes) {
  const auto before = verdict.count(lint::Severity::error);
  for (const auto& file : lint::mend(texts, verdict, wishes).files) {
    if (lint::unified_diff(file).empty()) __builtin_trap();
    for (auto& text : texts)
      if (text.name == file.file) text.text = file.after;
  }
  if (lint::lint(texts, wishes).count(lint::Severity::error) > before) __builtin_trap();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  lint::Wishes wishes;
  wishes.latent = wishes.notes = true;
  const auto verdict = lint::lint({{"a/fuzz.yaml", text}, {"b/fuzz.yaml", text}}, wishes);
  for (const auto& flaw : verdict.flaws)
    if (flaw.rule.empty() || flaw.sentence.empty() || flaw.spot.at.line < 1) __builtin_trap();
  const int code = verdict.exit_code();
  if (code == 0 && !verdict.unread.empty()) __builtin_trap();
  const std::vector<lint::Text> alone{{"a/fuzz.yaml", text}};
  check_cures(alone, lint::lint(alone, wishes), wishes);
  check_guard(alone);
  return 0;
}
