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

// When the endpoint of each failure was chosen, by traffic and in the order of its failures: at its own connect(), or
// at that of the request whose echo it is. Traffics of one place share its ports, so they are looked at together: in a
// run at 100/s beside 1/s, on a real cluster, one of 28 echoes was of the other traffic's request.
using Choices = std::vector<std::vector<std::int64_t>>;
[[nodiscard]] Choices chosen_at(const history::History& history);
// How many of the failures are echoes.
[[nodiscard]] std::uint64_t echoes(const history::History& history);

}  // namespace straycat::diagnose
