// Any bytes as a scenario, whose manifests are those same bytes: a plan, or an error that points.
#include <cstddef>
#include <cstdint>
#include <string>

#include <straycat/scenario/scenario.hpp>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto read = [&text](const std::string&) -> straycat::Result<std::string> { return std::string(text); };
  const auto plan = straycat::scenario::parse(text, "fuzz.yaml", read);
  if (!plan && plan.error().message.find(".yaml:") == std::string::npos) __builtin_trap();
  return 0;
}
