// Requests that go where an earlier one went. The kernel's connection tracking keeps the endpoint that it chose for a
// SYN that got no answer for 120 s (nf_conntrack_tcp_timeout_syn_sent,
// Documentation/networking/nf_conntrack-sysctl.rst): a connection from the same source port to the same virtual address
// within that time is sent there, too, whoever stands behind the Service by then. At some hundred requests a second
// ports come round within seconds.
#pragma once

#include <cstdint>
#include <vector>

#include <straycat/history/history.hpp>

namespace straycat::diagnose {

// When the endpoint of each of the traffic's failures (in their order) was chosen: at its own connect(), or at that of
// the request whose echo it is.
[[nodiscard]] std::vector<std::int64_t> chosen_at(const history::Traffic& traffic);
// How many of the failures are echoes.
[[nodiscard]] std::uint64_t echoes(const history::Traffic& traffic);

}  // namespace straycat::diagnose
