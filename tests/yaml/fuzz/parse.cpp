// Any bytes: documents or an error that points, never a crash, a hang, or memory without end.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include <straycat/yaml/document.hpp>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto documents = straycat::yaml::parse(text, "fuzz.yaml");
  if (!documents) {
    if (!documents.error().message.starts_with("fuzz.yaml:")) __builtin_trap();
    return 0;
  }
  for (const auto& document : *documents) (void)document.to_json();
  return 0;
}
