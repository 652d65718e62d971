// Any bytes as what an API server says to a watch, in pieces: the machine goes on, and what it tells are objects. The
// first byte picks the list's answer and the size of the pieces.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "kube/watch_machine.hpp"

using namespace straycat::kube;

namespace {

void check(const WatchStep& step) {
  for (const auto& item : step.items)
    if (const auto* applied = std::get_if<WatchApplied>(&item); applied != nullptr && !applied->object.is_object())
      __builtin_trap();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::size_t piece = 1 + data[0] / 2;
  WatchMachine machine{{.resource = *resource_for_kind("Pod"), .seed = 1}};
  std::int64_t now = 0;
  const auto at = [&now] { return straycat::Stamp{++now * 1'000'000}; };
  check(machine.resume(WatchStart{at()}));
  const std::string good = R"({"kind":"PodList","metadata":{"resourceVersion":"5"},"items":[]})";
  check(machine.resume(ListAnswered{at(), {200, {}, data[0] % 2 == 0 ? good : std::string(text)}}));
  if (machine.state() != WatchMachine::State::listed) return 0;
  check(machine.resume(StreamOpened{at(), "application/json"}));
  for (std::size_t i = 0; i < text.size() && machine.state() == WatchMachine::State::watching; i += piece)
    check(machine.resume(StreamBytes{at(), text.substr(i, piece)}));
  return 0;
}
