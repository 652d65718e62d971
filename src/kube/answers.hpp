// What an API server's answer means. Pure; private to `kube`.
#pragma once

#include <map>
#include <optional>
#include <string>

#include <straycat/kube/client.hpp>

namespace straycat::kube {

// A non-2xx answer as an ApiError: the Status object's words, else the HTTP status and the first words of what came (a
// proxy's page, say).
[[nodiscard]] ApiError error_from(const net::Response& response);
// A Status object (an ERROR event of a watch, or a body).
[[nodiscard]] ApiError error_from_status(const json& status);
// An answer with a 2xx status that is not what was asked for: `wanted` = "a Pod".
[[nodiscard]] ApiError error_from_junk(const net::Response& response, const std::string& wanted);
// Why this is no list of the API ("" when it is one).
[[nodiscard]] std::string list_trouble(const json& page);
// No answer at all.
[[nodiscard]] ApiError error_from_transport(const Error& error);

// Whether and after how long a call may be sent again. 429 was never carried out, so any verb may; 503 with Retry-After
// only when the verb is idempotent. At most 5 tries; a wait is at most 30 s.
struct Retry {
  Nanos after{};
};
[[nodiscard]] std::optional<Retry> retry_for(const ApiError& error, bool idempotent, int tries_so_far);
// Nobody answered, or somebody on the way for the API server that is away (502, 503, 504).
[[nodiscard]] bool is_outage(const ApiError& error);
// The pause before such a call is made again.
[[nodiscard]] Nanos outage_pause(int tries_so_far);

}  // namespace straycat::kube
