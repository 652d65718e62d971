// Any bytes as a run's log: a verdict, or an error that says what is wrong with the file; never a crash.
#include <cstddef>
#include <cstdint>
#include <sstream>
#include <string>

#include <straycat/diagnose/verdict.hpp>
#include <straycat/history/history.hpp>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::istringstream in(std::string(reinterpret_cast<const char*>(data), size));
  const auto history = straycat::history::fold(in);
  if (!history) {
    if (history.error().message.empty()) __builtin_trap();
    return 0;
  }
  (void)straycat::diagnose::judge(*history);
  return 0;
}
