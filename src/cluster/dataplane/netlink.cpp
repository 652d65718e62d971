#include "cluster/dataplane/netlink.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <cstdlib>
#include <fcntl.h>
#include <linux/if_link.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace straycat::cluster {
namespace {

// A netlink message under construction: header, fixed part, attributes (nested ones closed in order).
class Message {
 public:
  template <class Fixed>
  Message(std::uint16_t type, std::uint16_t flags, const Fixed& fixed) {
    put(nlmsghdr{0, type, static_cast<std::uint16_t>(NLM_F_REQUEST | flags), 0, 0});
    put(fixed);
  }
  template <class Value>
  void put(const Value& value) {
    put_bytes(&value, sizeof value);
  }
  Message& attribute(std::uint16_t type, const void* data, std::size_t size) {
    put(rtattr{static_cast<std::uint16_t>(RTA_LENGTH(size)), type});
    put_bytes(data, size);
    return *this;
  }
  Message& text(std::uint16_t type, const std::string& value) {
    return attribute(type, value.c_str(), value.size() + 1);
  }
  Message& number(std::uint16_t type, std::uint32_t value) { return attribute(type, &value, sizeof value); }
  Message& address(std::uint16_t type, const std::string& value) {
    in_addr parsed{};
    ::inet_pton(AF_INET, value.c_str(), &parsed);
    return attribute(type, &parsed, sizeof parsed);
  }
  std::size_t open(std::uint16_t type) {
    const auto start = bytes_.size();
    put(rtattr{0, type});
    return start;
  }
  void close(std::size_t start) {
    rtattr header{};
    std::memcpy(&header, bytes_.data() + start, sizeof header);
    header.rta_len = static_cast<std::uint16_t>(bytes_.size() - start);
    std::memcpy(bytes_.data() + start, &header, sizeof header);
  }
  std::vector<char> take() { return std::move(bytes_); }

 private:
  void put_bytes(const void* data, std::size_t size) {
    const auto* first = static_cast<const char*>(data);
    bytes_.insert(bytes_.end(), first, first + size);
    bytes_.resize(NLMSG_ALIGN(bytes_.size()));
  }
  std::vector<char> bytes_;
};

ifinfomsg link_message(int index, bool up) {
  ifinfomsg message{};
  message.ifi_family = AF_UNSPEC;
  message.ifi_index = index;
  message.ifi_flags = up ? IFF_UP : 0;
  message.ifi_change = up ? IFF_UP : 0;
  return message;
}

constexpr std::uint16_t create = NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK;

// The kernel's verdict in one datagram: an error number, or the index of the link it describes.
Result<int> read_answer(const std::vector<char>& data, std::size_t size, const std::string& what) {
  nlmsghdr header{};
  if (size < sizeof header) return own_trouble(what + ": short answer from the kernel");
  std::memcpy(&header, data.data(), sizeof header);
  if (header.nlmsg_type == NLMSG_ERROR && size >= NLMSG_LENGTH(sizeof(nlmsgerr))) {
    nlmsgerr verdict{};
    std::memcpy(&verdict, data.data() + NLMSG_HDRLEN, sizeof verdict);
    if (verdict.error != 0) return system_error(what, -verdict.error);
  } else if (header.nlmsg_type == RTM_NEWLINK && size >= NLMSG_LENGTH(sizeof(ifinfomsg))) {
    ifinfomsg link{};
    std::memcpy(&link, data.data() + NLMSG_HDRLEN, sizeof link);
    return link.ifi_index;
  }
  return 0;
}

Result<> only_success(const Result<int>& answer) {
  if (!answer) return answer.error();
  return {};
}

}  // namespace

Result<RouteSocket> RouteSocket::open() {
  Descriptor socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
  if (!socket) return system_error("socket(NETLINK_ROUTE)");
  return RouteSocket(std::move(socket));
}

Result<int> RouteSocket::ask(std::vector<char> message, const std::string& what) {
  nlmsghdr header{};
  std::memcpy(&header, message.data(), sizeof header);
  header.nlmsg_len = static_cast<std::uint32_t>(message.size());
  header.nlmsg_seq = ++sequence_;
  std::memcpy(message.data(), &header, sizeof header);
  if (::send(socket_.get(), message.data(), message.size(), 0) < 0) return system_error(what);
  std::vector<char> answer(16'384);
  while (true) {
    const auto size = ::recv(socket_.get(), answer.data(), answer.size(), 0);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return system_error(what);
    return read_answer(answer, static_cast<std::size_t>(size), what);
  }
}

Result<int> RouteSocket::link_index(const std::string& name) {
  Message message(RTM_GETLINK, 0, link_message(0, false));
  message.text(IFLA_IFNAME, name);
  return ask(message.take(), "look for the link " + name);
}

Result<> RouteSocket::set_up(int link) {
  return only_success(ask(Message(RTM_NEWLINK, NLM_F_ACK, link_message(link, true)).take(), "set a link up"));
}

Result<> RouteSocket::add_bridge(const std::string& name) {
  Message message(RTM_NEWLINK, create, link_message(0, true));
  message.text(IFLA_IFNAME, name);
  const auto info = message.open(IFLA_LINKINFO);
  message.text(IFLA_INFO_KIND, "bridge");
  message.close(info);
  return only_success(ask(message.take(), "add the bridge " + name));
}

Result<> RouteSocket::add_wire(const std::string& name, const std::string& peer, pid_t pid) {
  return add_wire_to(name, peer, IFLA_NET_NS_PID, static_cast<std::uint32_t>(pid));
}

Result<> RouteSocket::add_wire(const std::string& name, const std::string& peer, const NetworkSpace& space) {
  return add_wire_to(name, peer, IFLA_NET_NS_FD, static_cast<std::uint32_t>(space.get()));
}

Result<> RouteSocket::add_wire_to(const std::string& name, const std::string& peer, std::uint16_t attribute,
                                  std::uint32_t where) {
  Message message(RTM_NEWLINK, create, link_message(0, false));
  message.text(IFLA_IFNAME, name);
  const auto info = message.open(IFLA_LINKINFO);
  message.text(IFLA_INFO_KIND, "veth");
  const auto data = message.open(IFLA_INFO_DATA);
  const auto other_end = message.open(VETH_INFO_PEER);
  message.put(link_message(0, false));
  message.text(IFLA_IFNAME, peer).number(attribute, where);
  message.close(other_end);
  message.close(data);
  message.close(info);
  return only_success(ask(message.take(), "add the veth pair " + name));
}

Result<> RouteSocket::delete_link(const std::string& name) {
  Message message(RTM_DELLINK, NLM_F_ACK, link_message(0, false));
  message.text(IFLA_IFNAME, name);
  return only_success(ask(message.take(), "delete the link " + name));
}

Result<> RouteSocket::add_address(int link, const std::string& address, int prefix) {
  ifaddrmsg fixed{};
  fixed.ifa_family = AF_INET;
  fixed.ifa_prefixlen = static_cast<std::uint8_t>(prefix);
  fixed.ifa_index = static_cast<std::uint32_t>(link);
  Message message(RTM_NEWADDR, create, fixed);
  message.address(IFA_LOCAL, address).address(IFA_ADDRESS, address);
  return only_success(ask(message.take(), "add the address " + address));
}

namespace {

std::vector<char> route_message(std::uint16_t type, std::uint16_t flags, const KernelRoute& route) {
  rtmsg fixed{};
  fixed.rtm_family = AF_INET;
  fixed.rtm_dst_len = static_cast<std::uint8_t>(route.destination.empty() ? 0 : route.prefix);
  fixed.rtm_table = RT_TABLE_MAIN;
  fixed.rtm_protocol = RTPROT_STATIC;
  fixed.rtm_scope = route.gateway.empty() ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE;
  fixed.rtm_type = RTN_UNICAST;
  Message message(type, static_cast<std::uint16_t>(flags | NLM_F_ACK), fixed);
  if (!route.destination.empty()) message.address(RTA_DST, route.destination);
  if (!route.gateway.empty()) message.address(RTA_GATEWAY, route.gateway);
  if (!route.source.empty()) message.address(RTA_PREFSRC, route.source);
  message.number(RTA_OIF, static_cast<std::uint32_t>(route.link));
  return message.take();
}

std::string where_to(const KernelRoute& route) { return route.destination.empty() ? "anywhere" : route.destination; }

}  // namespace

// Replaces: the route of a pod whose namespace the kernel has not yet taken down must not stand in the way.
Result<> RouteSocket::add_route(const KernelRoute& route) {
  return only_success(
      ask(route_message(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE, route), "add the route to " + where_to(route)));
}

Result<> RouteSocket::delete_route(const KernelRoute& route) {
  return only_success(ask(route_message(RTM_DELROUTE, 0, route), "delete the route to " + where_to(route)));
}

namespace {

tcmsg root_queue(int link) {
  tcmsg message{};
  message.tcm_family = AF_UNSPEC;
  message.tcm_ifindex = link;
  message.tcm_parent = TC_H_ROOT;
  return message;
}

}  // namespace

Result<> RouteSocket::set_delay(int link, Nanos length) {
  const std::string what = "delay what a link sends (netem)";
  if (length <= Nanos{}) return only_success(ask(Message(RTM_DELQDISC, NLM_F_ACK, root_queue(link)).take(), what));
  Message message(RTM_NEWQDISC, NLM_F_CREATE | NLM_F_REPLACE | NLM_F_ACK, root_queue(link));
  message.text(TCA_KIND, "netem");
  const auto options = message.open(TCA_OPTIONS);
  tc_netem_qopt plain{};
  plain.limit = 10'000;  // packets that wait; tc's own default, 1,000, is soon full
  message.put(plain);
  const std::int64_t latency = length.count();
  message.attribute(TCA_NETEM_LATENCY64, &latency, sizeof latency);
  message.close(options);
  const auto done = ask(message.take(), what);
  if (!done && done.error().message.ends_with(std::strerror(ENOENT)))
    return bad_input("this kernel has no netem (sch_netem)");
  return only_success(done);
}

namespace {

Result<Descriptor> own_network() {
  Descriptor own(::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC));
  if (!own) return system_error("open /proc/thread-self/ns/net");
  return own;
}

}  // namespace

Result<NetworkSpace> NetworkSpace::make() {
  auto home = own_network();
  if (!home) return home.error();
  const NetworkVisit back(std::move(*home));
  if (::unshare(CLONE_NEWNET) != 0) return system_error("unshare(CLONE_NEWNET)");
  auto made = own_network();
  if (!made) return made.error();
  return NetworkSpace(std::move(*made));
}

Result<NetworkVisit> NetworkVisit::enter(const NetworkSpace& space) {
  auto home = own_network();
  if (!home) return home.error();
  if (::setns(space.get(), CLONE_NEWNET) != 0) return system_error("setns");
  return NetworkVisit(std::move(*home));
}

Result<NetworkVisit> NetworkVisit::enter(pid_t pid) {
  auto home = own_network();
  if (!home) return home.error();
  // By pidfd and not by /proc/PID, which shows the host's numbers where no own /proc could be mounted.
  const Descriptor process(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  if (!process) return system_error("pidfd_open");
  if (::setns(process.get(), CLONE_NEWNET) != 0) return system_error("setns");
  return NetworkVisit(std::move(*home));
}

NetworkVisit::~NetworkVisit() {
  // A thread lost in a pod's namespace would wire everything after it wrongly: no way on.
  if (home_ && ::setns(home_.get(), CLONE_NEWNET) != 0) std::abort();
}

Result<> write_sysctl(const std::string& name, const std::string& value) {
  std::string path = "/proc/sys/" + name;
  std::replace(path.begin() + 10, path.end(), '.', '/');
  const Descriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (!file || ::write(file.get(), value.data(), value.size()) != static_cast<ssize_t>(value.size()))
    return system_error("set " + name + " to " + value);
  return {};
}

}  // namespace straycat::cluster
