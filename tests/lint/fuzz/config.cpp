// Any bytes as a configuration, and as a glob and a path: read or refused with words, in no time.
#include <cstddef>
#include <cstdint>
#include <string>

#include <straycat/lint/config.hpp>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto config = straycat::lint::parse_config(text, "c.yaml");
  if (!config && config.error().message.find("c.yaml") == std::string::npos) __builtin_trap();
  const std::size_t half = text.find('\n');
  if (half != std::string::npos && size < 4096)
    (void)straycat::lint::matches_path(text.substr(0, half), text.substr(half + 1));
  return 0;
}
