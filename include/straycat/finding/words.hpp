// Words for people: counts, lengths of time, names from outside. No floats: the same log must give the same bytes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <straycat/model/objects.hpp>

namespace straycat::finding {

// A name from a cluster, made safe to print: control characters become '?'.
[[nodiscard]] std::string safe(std::string_view text);
[[nodiscard]] std::string display(const model::ObjectRef& ref);  // "Job/sayhi", safe

[[nodiscard]] std::string count(std::uint64_t number, std::string_view singular,
                                std::string_view plural = "");               // "3 failures"
[[nodiscard]] std::string in_ms(std::int64_t ns);                            // "12 ms", "under 1 ms", "1,250 ms"
[[nodiscard]] std::string percent(std::uint64_t part, std::uint64_t whole);  // "48.0 %"
[[nodiscard]] std::string grouped(std::uint64_t number);                     // "1,234,567"

// `text` as one word of a shell; control characters and bytes outside ASCII in $'...' form (POSIX.1-2024, bash).
[[nodiscard]] std::string shell_word(std::string_view text);

}  // namespace straycat::finding
