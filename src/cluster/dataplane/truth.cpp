#include "cluster/dataplane/truth.hpp"

#include <arpa/inet.h>
#include <array>
#include <endian.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_log.h>
#include <linux/netlink.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cluster/dataplane/attributes.hpp"
#include "cluster/dataplane/rules.hpp"

namespace straycat::cluster {
namespace {

// IPv4 (RFC 791) with its options, then TCP's source port (bytes 0 and 1) and sequence number (4 to 7).
void read_headers(std::string_view packet, LoggedPacket& out) {
  if (packet.size() < 20 || (packet[0] >> 4) != 4) return;
  const in_addr source{read_as<std::uint32_t>(packet.substr(12))};
  char text[INET_ADDRSTRLEN];
  out.source = ::inet_ntop(AF_INET, &source, text, sizeof text);
  const std::size_t header = static_cast<std::size_t>(packet[0] & 0x0f) * 4;
  if (packet.size() < header + 8) return;
  out.source_port = ntohs(read_as<std::uint16_t>(packet.substr(header)));
  out.tcp_sequence = ntohl(read_as<std::uint32_t>(packet.substr(header + 4)));
}

LoggedPacket parse_packet(std::string_view attributes) {
  LoggedPacket out;
  for_each_attribute(attributes, [&](int type, std::string_view value) {
    if (type == NFULA_PREFIX) out.prefix = std::string(value.substr(0, value.find('\0')));
    if (type == NFULA_PAYLOAD) read_headers(value, out);
    if (type == NFULA_SEQ) out.sequence = ntohl(read_as<std::uint32_t>(value));
    if (type == NFULA_TIMESTAMP) {
      const auto stamp = read_as<nfulnl_msg_packet_timestamp>(value);
      const std::uint64_t seconds = be64toh(stamp.sec), micros = be64toh(stamp.usec);
      // Nanoseconds since 1970 in 64 bits end in 2262: what says more was not written by a kernel with a sane clock.
      if (seconds < 9'000'000'000 && micros < 1'000'000)
        out.wall_ns = static_cast<std::int64_t>(seconds * 1'000'000'000 + micros * 1000);
    }
  });
  return out;
}

struct ConfigMessage {
  nlmsghdr header{};
  nfgenmsg family{};
  std::array<char, 32> attributes{};
};

// One setting of one log group.
bool send_setting(int socket, std::uint16_t flags, std::uint16_t type, const void* value, std::size_t size) {
  ConfigMessage message;
  message.header.nlmsg_type = (NFNL_SUBSYS_ULOG << 8) | NFULNL_MSG_CONFIG;
  message.header.nlmsg_flags = NLM_F_REQUEST | flags;
  message.family.nfgen_family = AF_UNSPEC;
  message.family.res_id = htons(truth_log_group);
  const nlattr attribute{static_cast<std::uint16_t>(NLA_HDRLEN + size), type};
  std::memcpy(message.attributes.data(), &attribute, sizeof attribute);
  std::memcpy(message.attributes.data() + NLA_HDRLEN, value, size);
  message.header.nlmsg_len = static_cast<std::uint32_t>(NLMSG_LENGTH(sizeof(nfgenmsg)) + NLA_ALIGN(attribute.nla_len));
  return ::send(socket, &message, message.header.nlmsg_len, 0) >= 0;
}

// The same, acknowledged by the kernel. Only while no packet can arrive yet.
Result<> configure(int socket, std::uint16_t type, const void* value, std::size_t size) {
  if (!send_setting(socket, NLM_F_ACK, type, value, size)) return system_error("NFLOG");
  std::array<char, 1024> answer{};
  const auto got = ::recv(socket, answer.data(), answer.size(), 0);
  if (got < static_cast<ssize_t>(NLMSG_LENGTH(sizeof(nlmsgerr)))) return system_error("NFLOG");
  const auto verdict = read_as<nlmsgerr>({answer.data() + NLMSG_HDRLEN, answer.size() - NLMSG_HDRLEN});
  if (verdict.error != 0) return system_error("NFLOG", -verdict.error);
  return {};
}

Result<> listen_to_group(int socket) {
  const nfulnl_msg_config_cmd bind{NFULNL_CFG_CMD_BIND};
  if (auto done = configure(socket, NFULA_CFG_CMD, &bind, sizeof bind); !done) return done;
  const nfulnl_msg_config_mode mode{htonl(64), NFULNL_COPY_PACKET, 0};
  if (auto done = configure(socket, NFULA_CFG_MODE, &mode, sizeof mode); !done) return done;
  const std::uint32_t hundredths = htonl(1);  // or the kernel holds a lone packet back for a second
  if (auto done = configure(socket, NFULA_CFG_TIMEOUT, &hundredths, sizeof hundredths); !done) return done;
  const std::uint16_t sequence = htons(NFULNL_CFG_F_SEQ);
  return configure(socket, NFULA_CFG_FLAGS, &sequence, sizeof sequence);
}

}  // namespace

std::vector<LoggedPacket> parse_log_datagram(std::string_view datagram) {
  std::vector<LoggedPacket> out;
  for_each_message(datagram, [&](const nlmsghdr& header, std::string_view body) {
    if (header.nlmsg_type == ((NFNL_SUBSYS_ULOG << 8) | NFULNL_MSG_PACKET) && body.size() >= sizeof(nfgenmsg))
      out.push_back(parse_packet(body.substr(NLMSG_ALIGN(sizeof(nfgenmsg)))));
  });
  return out;
}

Result<std::unique_ptr<TruthLog>> TruthLog::open(int fd) {
  Descriptor socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER));
  if (!socket) return system_error("socket(NETLINK_NETFILTER)");
  if (auto done = listen_to_group(socket.get()); !done) return done.error();
  const int buffer = 4 << 20;  // as much as the machine allows an ordinary user
  ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer);
  Descriptor stop(::eventfd(0, EFD_CLOEXEC));
  if (!stop) return system_error("eventfd");
  return std::unique_ptr<TruthLog>(new TruthLog(std::move(socket), std::move(stop), fd));
}

TruthLog::TruthLog(Descriptor socket, Descriptor stop, int fd)
    : socket_(std::move(socket)), stop_(std::move(stop)), fd_(fd), reader_([this] { read_packets(); }) {}

TruthLog::~TruthLog() {
  const std::uint64_t one = 1;
  if (::write(stop_.get(), &one, sizeof one) == sizeof one) reader_.join();
  // Unbinding makes the kernel hand over what it still holds back for a fuller datagram.
  const nfulnl_msg_config_cmd unbind{NFULNL_CFG_CMD_UNBIND};
  if (send_setting(socket_.get(), 0, NFULA_CFG_CMD, &unbind, sizeof unbind)) read_waiting();
}

std::string TruthLog::label(const ServiceRule& rule, const ServiceEndpoint& endpoint) {
  const std::scoped_lock lock(mutex_);
  auto name = "e" + std::to_string(next_label_++);
  const auto where = endpoint.address.empty() ? "" : fmt::format("{}:{}", endpoint.address, endpoint.port);
  targets_[name] = {rule_key(rule), where, endpoint.pod};
  return name;
}

void TruthLog::read_packets() {
  pollfd waited[2] = {{socket_.get(), POLLIN, 0}, {stop_.get(), POLLIN, 0}};
  while ((waited[1].revents & POLLIN) == 0) {
    if (::poll(waited, 2, -1) < 0 && errno != EINTR) return;
    try {
      read_waiting();
    } catch (const std::bad_alloc&) {
      return;  // the file ends here, and the counters at the end tell how many lines are missing
    }
  }
}

void TruthLog::read_waiting() {
  std::array<char, 65'536> buffer;
  while (true) {
    const auto size = ::recv(socket_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (size < 0 && errno == ENOBUFS) {
      note_loss(0);
      continue;
    }
    if (size <= 0) return;
    for (const auto& packet : parse_log_datagram({buffer.data(), static_cast<std::size_t>(size)})) write_packet(packet);
  }
}

void TruthLog::write_packet(const LoggedPacket& packet) {
  if (expected_ && packet.sequence != *expected_) note_loss(packet.sequence - *expected_);
  expected_ = packet.sequence + 1;
  const std::scoped_lock lock(mutex_);
  const auto found = targets_.find(packet.prefix);
  if (found == targets_.end()) return;
  const auto late = packet.wall_ns == 0 ? 0 : wall_now_ns() - packet.wall_ns;
  nlohmann::ordered_json line;
  line["t"] = monotonic_now().ns - late;
  line["src"] = packet.source;
  line["sport"] = packet.source_port;
  line["seq"] = packet.tcp_sequence;
  line["service"] = found->second.service;
  line["endpoint"] = found->second.endpoint;
  line["pod"] = found->second.pod;
  write_line(line);
}

void TruthLog::note_loss(std::uint64_t lost) {
  const std::scoped_lock lock(mutex_);
  nlohmann::ordered_json line;
  line["t"] = monotonic_now().ns;
  line["lost"] = lost;
  write_line(line);
}

void TruthLog::write_counter(const std::string& key, std::uint64_t connections, std::uint64_t rejected) {
  const std::scoped_lock lock(mutex_);
  nlohmann::ordered_json line;
  line["t"] = monotonic_now().ns;
  line["counter"] = key;
  line["connections"] = connections;
  line["rejected"] = rejected;
  write_line(line);
}

void TruthLog::write_line(const nlohmann::ordered_json& line) {
  const auto text = line.dump() + "\n";
  // A full disk cannot be mended here; the reader of the file sees a line cut short.
  [[maybe_unused]] const auto written = ::write(fd_, text.data(), text.size());
}

}  // namespace straycat::cluster
