// Any bytes as manifests: a verdict whose parts agree, never a crash.
#include <cstddef>
#include <cstdint>
#include <string>

#include <straycat/lint/lint.hpp>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  straycat::lint::Wishes wishes;
  wishes.latent = true;
  const auto verdict = straycat::lint::lint({{"a/fuzz.yaml", text}, {"b/fuzz.yaml", text}}, wishes);
  for (const auto& flaw : verdict.flaws)
    if (flaw.rule.empty() || flaw.sentence.empty() || flaw.spot.at.line < 1) __builtin_trap();
  const int code = verdict.exit_code();
  if (code == 0 && !verdict.unread.empty()) __builtin_trap();
  return 0;
}
