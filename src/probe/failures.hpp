// The only place where foreign codes (errno, CURLcode) become a FailureKind, in curl's own wording. Where curl 7.88
// says less than the kernel ("Couldn't connect to server"), the kernel's text stands in its place.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <straycat/core/outcome.hpp>
#include <straycat/core/time.hpp>
#include <straycat/probe/engine.hpp>

namespace straycat::probe {

// Whom a message is about.
struct Peer {
  std::string host;
  std::uint16_t port = 0;
};

// Nobody but the prober is to blame: no local port, descriptor or memory was left.
[[nodiscard]] bool is_local_exhaustion(int error);
void count_local_exhaustion(EngineHealth& health, int error);

// socket(), bind() or connect() failed, `after` the attempt's start. ECONNRESET here means that the connection stood
// and was reset before we could look (in SYN_SENT the kernel says ECONNREFUSED): phase send.
[[nodiscard]] Failure connect_failure(const Peer& peer, int error, Nanos after);
[[nodiscard]] Failure connect_timed_out(const Peer& peer, Nanos after);
// The resolver failed; `error` is its errno where it had one. `reason`: "" = there is no such name, or none of this
// family (NXDOMAIN, NODATA); else why that cannot be told. libcurl does not say which of the two it was.
[[nodiscard]] Failure name_failure(const std::string& host, int error, const std::string& reason = {});
[[nodiscard]] Failure name_timed_out(Nanos after);
// `more` goes to the end of the message.
[[nodiscard]] Failure send_failure(int error, const char* more = "");
[[nodiscard]] Failure receive_failure(Phase phase, int error, const char* more = "");
// The peer closed before the header was whole.
[[nodiscard]] Failure empty_reply(const char* more = "");
// The peer closed within the body; `missing` unset for a chunked one.
[[nodiscard]] Failure cut_body(std::optional<std::uint64_t> missing);
// `expected` is the Content-Length where one came.
[[nodiscard]] Failure response_timed_out(Phase phase, Nanos after, std::uint64_t received,
                                         std::optional<std::uint64_t> expected);
[[nodiscard]] Failure protocol_failure(Phase phase, const std::string& detail);
[[nodiscard]] Failure not_http();

}  // namespace straycat::probe
