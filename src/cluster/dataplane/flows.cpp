#include "cluster/dataplane/flows.hpp"

#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <map>
#include <netinet/in.h>
#include <set>
#include <sys/socket.h>
#include <utility>

#include "cluster/dataplane/attributes.hpp"
#include "cluster/system/descriptor.hpp"

namespace straycat::cluster {
namespace {

using Place = std::pair<std::string, std::uint16_t>;  // address, port

struct FlowEnds {
  Place source, destination;
  std::uint8_t protocol = 0;
};

std::string address_text(std::string_view bytes) {
  const in_addr address{read_as<std::uint32_t>(bytes)};
  char text[INET_ADDRSTRLEN];
  return bytes.size() == sizeof address ? ::inet_ntop(AF_INET, &address, text, sizeof text) : "";
}

FlowEnds ends_of(std::string_view tuple) {
  FlowEnds out;
  for_each_attribute(tuple, [&](int part, std::string_view inner) {
    for_each_attribute(inner, [&](int type, std::string_view value) {
      if (part == CTA_TUPLE_IP && type == CTA_IP_V4_SRC) out.source.first = address_text(value);
      if (part == CTA_TUPLE_IP && type == CTA_IP_V4_DST) out.destination.first = address_text(value);
      if (part != CTA_TUPLE_PROTO) return;
      if (type == CTA_PROTO_NUM) out.protocol = read_as<std::uint8_t>(value);
      if (type == CTA_PROTO_SRC_PORT) out.source.second = ntohs(read_as<std::uint16_t>(value));
      if (type == CTA_PROTO_DST_PORT) out.destination.second = ntohs(read_as<std::uint16_t>(value));
    });
  });
  return out;
}

constexpr std::uint16_t message_type(int kind) { return static_cast<std::uint16_t>(NFNL_SUBSYS_CTNETLINK << 8 | kind); }

Flow flow_of(std::string_view attributes) {
  Flow out;
  for_each_attribute(attributes, [&](int type, std::string_view value) {
    const auto ends = type == CTA_TUPLE_ORIG || type == CTA_TUPLE_REPLY ? ends_of(value) : FlowEnds();
    if (ends.protocol != IPPROTO_UDP) return;
    if (type == CTA_TUPLE_ORIG) {
      std::tie(out.destination, out.destination_port) = ends.destination;
      out.key = std::string(value);
    } else {
      std::tie(out.server, out.server_port) = ends.source;
    }
  });
  return out;
}

struct FlowRequest {
  nlmsghdr header{};
  nfgenmsg family{};
};

std::string request(int kind, std::uint16_t flags, std::string_view key) {
  FlowRequest head;
  head.header.nlmsg_type = message_type(kind);
  head.header.nlmsg_flags = static_cast<std::uint16_t>(NLM_F_REQUEST | flags);
  head.family.nfgen_family = AF_INET;
  head.family.version = NFNETLINK_V0;
  std::string out(reinterpret_cast<const char*>(&head), sizeof head);
  if (!key.empty()) {
    const nlattr tuple{static_cast<std::uint16_t>(NLA_HDRLEN + key.size()), CTA_TUPLE_ORIG | NLA_F_NESTED};
    out.append(reinterpret_cast<const char*>(&tuple), sizeof tuple).append(key);
  }
  const auto length = static_cast<std::uint32_t>(out.size());
  out.replace(0, sizeof length, reinterpret_cast<const char*>(&length), sizeof length);
  return out;
}

// Whether the kernel said that this was all, and with which error.
struct Ending {
  bool over = false;
  int error = 0;
};

Ending ending_of(std::string_view datagram) {
  Ending out;
  for_each_message(datagram, [&](const nlmsghdr& header, std::string_view body) {
    if (header.nlmsg_type != NLMSG_DONE && header.nlmsg_type != NLMSG_ERROR) return;
    out.over = true;
    if (header.nlmsg_type == NLMSG_ERROR) out.error = -read_as<nlmsgerr>(body).error;
  });
  return out;
}

// Sends one request and hands every datagram of the answer on. The kernel's answer as errno has it; 0 = done.
template <class Hear>
Result<int> ask_tracker(int socket, const std::string& message, const Hear& hear) {
  if (::send(socket, message.data(), message.size(), 0) < 0) return system_error("ask for tracked flows");
  std::array<char, 65'536> buffer;
  while (true) {
    const auto size = ::recv(socket, buffer.data(), buffer.size(), 0);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return system_error("read tracked flows");
    const std::string_view datagram(buffer.data(), static_cast<std::size_t>(size));
    hear(datagram);
    const auto ending = ending_of(datagram);
    if (ending.over) return ending.error;
  }
}

struct Serving {
  std::map<Place, std::set<Place>> by_address;
  std::map<std::uint16_t, std::set<Place>> by_node_port;
};

Serving serving_in(const ServiceTable& table) {
  Serving out;
  for (const auto& rule : table.rules) {
    if (rule.transport != Transport::udp) continue;
    std::set<Place> places;
    for (const auto& endpoint : rule.serving) places.emplace(endpoint.address, endpoint.port);
    out.by_address[{rule.cluster_ip, rule.port}] = places;
    if (!rule.outside) continue;
    for (const auto* some : {&rule.outside->addresses, &rule.outside->balanced})
      for (const auto& address : *some) out.by_address[{address, rule.port}] = places;
    if (rule.outside->node_port != 0) out.by_node_port[rule.outside->node_port] = places;
  }
  return out;
}

}  // namespace

std::vector<Flow> parse_flows(std::string_view datagram) {
  std::vector<Flow> out;
  for_each_message(datagram, [&](const nlmsghdr& header, std::string_view body) {
    if (header.nlmsg_type != message_type(IPCTNL_MSG_CT_NEW) || body.size() < sizeof(nfgenmsg)) return;
    auto flow = flow_of(body.substr(NLMSG_ALIGN(sizeof(nfgenmsg))));
    if (!flow.key.empty()) out.push_back(std::move(flow));
  });
  return out;
}

std::vector<Flow> stale_flows(const std::vector<Flow>& flows, const ServiceTable& table) {
  const auto serving = serving_in(table);
  std::vector<Flow> out;
  for (const auto& flow : flows) {
    const Place server{flow.server, flow.server_port};
    const auto address = serving.by_address.find({flow.destination, flow.destination_port});
    const auto port = serving.by_node_port.find(flow.destination_port);
    const bool stale = (address != serving.by_address.end() && !address->second.contains(server)) ||
                       (port != serving.by_node_port.end() && !port->second.contains(server));
    if (stale) out.push_back(flow);
  }
  return out;
}

Result<std::size_t> forget_stale_flows(const ServiceTable& table) {
  const Descriptor socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER));
  if (!socket) return system_error("socket(NETLINK_NETFILTER)");
  std::vector<Flow> flows;
  const auto heard = ask_tracker(socket.get(), request(IPCTNL_MSG_CT_GET, NLM_F_DUMP, ""), [&](auto datagram) {
    for (auto& flow : parse_flows(datagram)) flows.push_back(std::move(flow));
  });
  if (!heard) return heard.error();
  if (*heard != 0) return system_error("tracked flows", *heard);
  const auto stale = stale_flows(flows, table);
  for (const auto& flow : stale) {
    // One that ended by itself meanwhile is as good as deleted (ENOENT).
    const auto done = ask_tracker(socket.get(), request(IPCTNL_MSG_CT_DELETE, NLM_F_ACK, flow.key), [](auto) {});
    if (!done) return done.error();
    if (*done != 0 && *done != ENOENT) return system_error("forget a flow", *done);
  }
  return stale.size();
}

}  // namespace straycat::cluster
