// Netlink's attributes, as bytes that may lie.
#pragma once

#include <algorithm>
#include <cstring>
#include <linux/netlink.h>
#include <string_view>

namespace straycat::cluster {

// The first bytes as a value; zeros where there are too few.
template <class Value>
Value read_as(std::string_view bytes) {
  Value value{};
  if (bytes.size() >= sizeof value) std::memcpy(&value, bytes.data(), sizeof value);
  return value;
}

// Calls `visit(type, payload)` for each attribute; a length that lies ends the walk.
template <class Visit>
void for_each_attribute(std::string_view bytes, const Visit& visit) {
  while (bytes.size() >= sizeof(nlattr)) {
    const auto header = read_as<nlattr>(bytes);
    if (header.nla_len < NLA_HDRLEN || header.nla_len > bytes.size()) return;
    visit(header.nla_type & NLA_TYPE_MASK, bytes.substr(NLA_HDRLEN, header.nla_len - NLA_HDRLEN));
    bytes.remove_prefix(std::min<std::size_t>(NLA_ALIGN(header.nla_len), bytes.size()));
  }
}

// Calls `visit(header, body)` for each message of a datagram, as far as their lengths are true.
template <class Visit>
void for_each_message(std::string_view datagram, const Visit& visit) {
  while (datagram.size() >= NLMSG_HDRLEN) {
    const auto header = read_as<nlmsghdr>(datagram);
    if (header.nlmsg_len < NLMSG_HDRLEN || header.nlmsg_len > datagram.size()) return;
    visit(header, datagram.substr(NLMSG_HDRLEN, header.nlmsg_len - NLMSG_HDRLEN));
    datagram.remove_prefix(std::min<std::size_t>(NLMSG_ALIGN(header.nlmsg_len), datagram.size()));
  }
}

}  // namespace straycat::cluster
