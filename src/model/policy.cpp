#include <algorithm>
#include <arpa/inet.h>
#include <charconv>

#include <straycat/model/policy.hpp>
#include <straycat/model/selector.hpp>

namespace straycat::model {
namespace {

constexpr const char* name_label = "kubernetes.io/metadata.name";

Admission both(Admission a, Admission b) {
  if (a == Admission::no || b == Admission::no) return Admission::no;
  return a == Admission::unknown || b == Admission::unknown ? Admission::unknown : Admission::yes;
}

Admission either(Admission a, Admission b) {
  if (a == Admission::yes || b == Admission::yes) return Admission::yes;
  return a == Admission::unknown || b == Admission::unknown ? Admission::unknown : Admission::no;
}

Admission told(bool yes) { return yes ? Admission::yes : Admission::no; }

// One requirement after the other, as some may ask for labels that are not known.
Admission chooses_namespace(const LabelSelector& selector, const NetworkEnd& end) {
  if (end.ns_labels) return told(matches(selector, *end.ns_labels));
  const Labels known = {{name_label, end.ns}};
  auto result = Admission::yes;
  for (const auto& [key, value] : selector.match_labels)
    result = both(result, key == name_label ? told(value == end.ns) : Admission::unknown);
  for (const Requirement& one : selector.match_expressions)
    result = both(result, one.key == name_label ? told(matches({{}, {one}}, known)) : Admission::unknown);
  return result;
}

// Whether an address surely lies outside a block; what cannot be read holds nothing.
bool outside(const std::string& cidr, const std::string& address) {
  const auto slash = std::min(cidr.find('/'), cidr.size());
  in_addr block{}, one{};
  if (::inet_pton(AF_INET, cidr.substr(0, slash).c_str(), &block) != 1) return true;
  if (::inet_pton(AF_INET, address.c_str(), &one) != 1) return false;
  int length = -1;
  if (slash < cidr.size()) std::from_chars(cidr.data() + slash + 1, cidr.data() + cidr.size(), length);
  if (length < 0 || length > 32) return true;
  return length > 0 && (ntohl(block.s_addr) ^ ntohl(one.s_addr)) >> (32 - length) != 0;
}

Admission in_block(const PolicyPeer& peer, const NetworkEnd& end) {
  if (outside(peer.cidr, end.address)) return Admission::no;
  const bool excepted = std::any_of(peer.except.begin(), peer.except.end(), [&](const std::string& except) {
    return !end.address.empty() && !outside(except, end.address);
  });
  return excepted ? Admission::no : Admission::unknown;
}

Admission is_peer(const PolicyPeer& peer, const NetworkEnd& end, const std::string& policy_ns) {
  if (!peer.cidr.empty()) return in_block(peer, end);
  if (!peer.pods && !peer.namespaces) return Admission::no;
  const auto ns = peer.namespaces ? chooses_namespace(*peer.namespaces, end) : told(end.ns == policy_ns);
  return both(ns, peer.pods ? told(matches(*peer.pods, end.labels)) : Admission::yes);
}

Admission is_port(const PolicyPort& allowed, const NetworkEnd& server, int port, const std::string& protocol) {
  if (allowed.protocol != protocol) return Admission::no;
  if (allowed.port.empty()) return Admission::yes;
  int first = 0;
  const auto* end = allowed.port.data() + allowed.port.size();
  const auto read = std::from_chars(allowed.port.data(), end, first);
  if (read.ec == std::errc{} && read.ptr == end) return told(first <= port && port <= std::max(first, allowed.end));
  if (server.shape.containers.empty()) return Admission::unknown;
  return told(resolve_port(allowed.port, server.shape, protocol) == port);
}

// Nobody of a list that is empty is everybody.
template <class T, class F>
Admission any_of_or_all(const std::vector<T>& all, F ask) {
  if (all.empty()) return Admission::yes;
  auto result = Admission::no;
  for (const T& one : all) result = either(result, ask(one));
  return result;
}

json selector_json(const LabelSelector& selector) {
  json out = json::object();
  if (!selector.match_labels.empty()) out["matchLabels"] = selector.match_labels;
  for (const Requirement& one : selector.match_expressions) {
    json item = {{"key", one.key}, {"operator", one.op}};
    if (!one.values.empty()) item["values"] = one.values;
    out["matchExpressions"].push_back(std::move(item));
  }
  return out;
}

json peer_json(const PolicyPeer& peer) {
  json out = json::object();
  if (peer.pods) out["podSelector"] = selector_json(*peer.pods);
  if (peer.namespaces) out["namespaceSelector"] = selector_json(*peer.namespaces);
  if (!peer.cidr.empty()) out["ipBlock"]["cidr"] = peer.cidr;
  if (!peer.except.empty()) out["ipBlock"]["except"] = peer.except;
  return out;
}

json port_json(const PolicyPort& port) {
  json out = {{"protocol", port.protocol}};
  int number = 0;
  const auto* end = port.port.data() + port.port.size();
  const auto read = std::from_chars(port.port.data(), end, number);
  if (read.ec == std::errc{} && read.ptr == end)
    out["port"] = number;
  else if (!port.port.empty())
    out["port"] = port.port;
  if (port.end != 0) out["endPort"] = port.end;
  return out;
}

}  // namespace

namespace {

// What the policies that isolate `own` in this direction come to; `of_rule`: what one of their rules says.
template <class F>
PolicyAnswer answer_of(const std::vector<const NetworkPolicy*>& policies, Way way, const NetworkEnd& own, F of_rule) {
  PolicyAnswer answer;
  auto sum = Admission::no;
  for (const NetworkPolicy* policy : policies) {
    const bool restricts = way == Way::ingress ? policy->ingress : policy->egress;
    if (!restricts || policy->meta.ns != own.ns || !matches(policy->pods, own.labels)) continue;
    answer.isolating.push_back(policy);
    const auto& rules = way == Way::ingress ? policy->ingress_rules : policy->egress_rules;
    if (!rules) sum = either(sum, Admission::unknown);
    if (!rules) continue;
    for (const PolicyRule& rule : *rules) sum = either(sum, of_rule(rule, policy->meta.ns));
  }
  if (!answer.isolating.empty()) answer.admission = sum;
  return answer;
}

}  // namespace

PolicyAnswer ask_policies(const std::vector<const NetworkPolicy*>& policies, Way way, const NetworkEnd& client,
                          const NetworkEnd& server, int port, const std::string& protocol) {
  const NetworkEnd& own = way == Way::ingress ? server : client;
  const NetworkEnd& other = way == Way::ingress ? client : server;
  auto answer = answer_of(policies, way, own, [&](const PolicyRule& rule, const std::string& ns) {
    return both(any_of_or_all(rule.peers, [&](const PolicyPeer& peer) { return is_peer(peer, other, ns); }),
                any_of_or_all(rule.ports, [&](const PolicyPort& one) { return is_port(one, server, port, protocol); }));
  });
  // A pod always reaches itself.
  if (!own.address.empty() && client.address == server.address) answer.admission = Admission::yes;
  return answer;
}

PolicyAnswer anybody_admitted(const std::vector<const NetworkPolicy*>& policies, const NetworkEnd& server, int port,
                              const std::string& protocol) {
  return answer_of(policies, Way::ingress, server, [&](const PolicyRule& rule, const std::string&) {
    return any_of_or_all(rule.ports, [&](const PolicyPort& one) { return is_port(one, server, port, protocol); });
  });
}

json rules_json(const std::vector<PolicyRule>& rules, Way way) {
  json out = json::array();
  for (const PolicyRule& rule : rules) {
    json one = json::object();
    for (const PolicyPeer& peer : rule.peers) one[way == Way::ingress ? "from" : "to"].push_back(peer_json(peer));
    for (const PolicyPort& port : rule.ports) one["ports"].push_back(port_json(port));
    out.push_back(std::move(one));
  }
  return out;
}

}  // namespace straycat::model
