// Flows of UDP that the kernel tracks (ctnetlink), and which of them lead to an endpoint that is gone: a flow that was
// translated once stays so as long as its client goes on sending, whatever the rules say by then.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cluster/dataplane/dataplane.hpp"
#include <straycat/core/result.hpp>

namespace straycat::cluster {

struct Flow {
  std::string destination, server;  // where the client sends, and who really answers
  std::uint16_t destination_port = 0, server_port = 0;
  std::string key;  // the kernel's own (CTA_TUPLE_ORIG), by which it is deleted
  bool operator==(const Flow&) const = default;
};

// Those of UDP by IPv4 in one datagram from the kernel. Pure; malformed parts are skipped.
[[nodiscard]] std::vector<Flow> parse_flows(std::string_view datagram);

// Those to a Service of the table that none of its serving endpoints answers (kubernetes pkg/proxy/conntrack/cleanup.go
// CleanStaleEntries: traffic policies and ending endpoints do not count, as a flow of TCP would go on, too). Pure.
[[nodiscard]] std::vector<Flow> stale_flows(const std::vector<Flow>& flows, const ServiceTable& table);

// Makes the kernel forget them, in this thread's network namespace; returns how many. The client's next packet is
// translated anew.
Result<std::size_t> forget_stale_flows(const ServiceTable& table);

}  // namespace straycat::cluster
