// Any bytes as a kubeconfig: its entries, or an error that names the file.
#include "kube/kubeconfig.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto file =
      straycat::kube::parse_kubeconfig("fuzz.yaml", std::string(reinterpret_cast<const char*>(data), size));
  if (!file && file.error().message.find("fuzz.yaml") == std::string::npos) __builtin_trap();
  return 0;
}
