// Runs attempts to their end on an io_context of their own.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <straycat/probe/engine.hpp>

namespace straycat::test {

using MakeEngine = std::unique_ptr<probe::Engine> (*)(boost::asio::any_io_executor, probe::EngineOptions);

// Which engine: a parameter of tests that hold for both.
struct EngineUnderTest {
  const char* name;
  MakeEngine make;
};
inline const EngineUnderTest fast_engine{"fast", &probe::make_fast_engine};
inline const EngineUnderTest curl_engine{"curl", &probe::make_curl_engine};

[[nodiscard]] std::vector<probe::Attempt> run_attempts(MakeEngine make,
                                                       const std::vector<probe::ProbeRequest>& requests,
                                                       probe::EngineOptions options = {},
                                                       probe::EngineHealth* health = nullptr);
[[nodiscard]] probe::Attempt run_attempt(MakeEngine make, const probe::ProbeRequest& request,
                                         probe::EngineOptions options = {}, probe::EngineHealth* health = nullptr);
// A GET of this URL with short timeouts.
[[nodiscard]] probe::ProbeRequest quick_get(const std::string& url);

}  // namespace straycat::test
