// The kernel's ground truth: which endpoint got which connection, from NFLOG in each endpoint's chain, as JSON lines
// (src/README.md, "Ground truth"). For tests that judge the judge; nothing of the product reads it.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include <nlohmann/json_fwd.hpp>

#include "cluster/dataplane/dataplane.hpp"
#include "cluster/system/descriptor.hpp"
#include <straycat/core/result.hpp>
#include <straycat/core/time.hpp>

namespace straycat::cluster {

// One packet as nfnetlink_log delivers it.
struct LoggedPacket {
  std::string prefix;
  std::string source;  // dotted quad
  std::uint16_t source_port = 0;
  std::uint32_t tcp_sequence = 0;  // a SYN that is sent again has the number of the first
  std::uint32_t sequence = 0;      // of the group: a gap is a loss
  std::int64_t wall_ns = 0;        // when the packet passed, 0 when the kernel did not say (chain output)
};

// The packets in one datagram from the kernel. Pure; malformed parts are skipped.
[[nodiscard]] std::vector<LoggedPacket> parse_log_datagram(std::string_view datagram);

class TruthLog {
 public:
  // Listens in this thread's network namespace; writes to `fd` (kept open by the caller) from a thread of its own.
  static Result<std::unique_ptr<TruthLog>> open(int fd);
  ~TruthLog();
  TruthLog(const TruthLog&) = delete;
  TruthLog& operator=(const TruthLog&) = delete;

  // The NFLOG prefix for an endpoint's chain, or (endpoint without an address) for the Service's refusals. Never used
  // twice, so a line names the pod that really had the address then.
  std::string label(const ServiceRule& rule, const ServiceEndpoint& endpoint);
  // {"t":NS,"counter":"ns/name:port","connections":N,"rejected":M}: the kernel's own counts, when a Service goes or the
  // cluster ends.
  void write_counter(const std::string& key, std::uint64_t connections, std::uint64_t rejected);

 private:
  struct Target {
    std::string service, endpoint, pod;
  };
  TruthLog(Descriptor socket, Descriptor stop, int fd);
  void read_packets();
  void read_waiting();
  void write_packet(const LoggedPacket& packet);
  void note_loss(std::uint64_t lost);  // {"t":NS,"lost":N}; 0: the kernel dropped and cannot say how many
  void write_line(const nlohmann::ordered_json& line);

  Descriptor socket_, stop_;
  int fd_;
  std::mutex mutex_;  // labels, and whole lines in the file
  std::map<std::string, Target> targets_;
  std::uint64_t next_label_ = 0;
  std::optional<std::uint32_t> expected_;
  std::thread reader_;
};

}  // namespace straycat::cluster
