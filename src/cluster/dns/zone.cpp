#include "cluster/dns/zone.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include "cluster/kinds/json_help.hpp"

namespace straycat::cluster::dns {
namespace {

using Labels = std::vector<std::string>;

constexpr std::size_t most_aliases = 8;  // of a chain of ExternalNames: a circle ends here
constexpr std::string_view reverse_zone = "in-addr.arpa";

Labels labels_of_name(std::string_view name) {
  Labels out;
  while (!name.empty()) {
    const std::size_t end = std::min(name.find('.'), name.size());
    out.emplace_back(name.substr(0, end));
    name.remove_prefix(std::min(end + 1, name.size()));
  }
  return out;
}

// "a.b.cluster.local" -> "a.b"; none: it lies outside the zone.
std::optional<std::string> within(const std::string& name, std::string_view zone) {
  if (name == zone) return "";
  if (!name.ends_with(zone) || name.size() <= zone.size() || name[name.size() - zone.size() - 1] != '.')
    return std::nullopt;
  return name.substr(0, name.size() - zone.size() - 1);
}

std::string dashed(std::string address) {
  std::replace(address.begin(), address.end(), '.', '-');
  return address;
}

struct ServicePort {
  std::string name, protocol;  // lower case: "_http._tcp"
  std::uint16_t port = 0;
};

// What stands behind a headless Service's name.
struct Host {
  std::string name, address;
  std::vector<ServicePort> ports;
};

std::string lower_case(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return text;
}

ServicePort port_in(const json& port) {
  return {lower_case(string_or(port, "name")), lower_case(string_or(port, "protocol", "TCP")),
          static_cast<std::uint16_t>(integer_or(port, "port"))};
}

bool condition(const json& endpoint, const char* name, bool fallback) {
  const json& conditions = object_or_empty(endpoint, "conditions");
  const auto found = conditions.find(name);
  return found != conditions.end() && found->is_boolean() ? found->get<bool>() : fallback;
}

// The zone as one query meets it.
class Lookup {
 public:
  Lookup(const Store& store, const Query& query) : store_(store), query_(query) {}
  Answer run() {
    Answer out;
    const auto inside = within(query_.name, cluster_zone);
    found_ = inside ? in_cluster(labels_of_name(*inside), out) : reversed(out);
    if (!found_) out.code = Code::no_name;
    if (out.records.empty()) out.authority.push_back(authority_record(std::string(cluster_zone)));
    return out;
  }

 private:
  [[nodiscard]] bool wants(Type type) const { return query_.type == type || query_.type == Type::any; }
  void add_address(Answer& out, const std::string& name, const std::string& address) const {
    if (auto record = wants(Type::a) ? address_record(name, address) : std::nullopt)
      out.records.push_back(std::move(*record));
  }
  void add_additional(Answer& out, const std::string& name, const std::string& address) const {
    if (auto record = address_record(name, address)) out.additional.push_back(std::move(*record));
  }

  // `labels`: what stands before the zone. False: there is no such name.
  bool in_cluster(Labels labels, Answer& out) {
    if (labels.empty()) return true;
    const std::string kind = labels.back();
    labels.pop_back();
    if (kind == "svc") return labels.empty() || in_namespace(std::move(labels), out);
    if (kind == "pod") return labels.empty() || of_pod(labels, out);
    if (kind != "dns-version" || !labels.empty()) return false;
    if (wants(Type::txt)) out.records.push_back(text_record(query_.name, "1.1.0"));
    return true;
  }

  bool in_namespace(Labels labels, Answer& out) {
    const std::string ns = labels.back();
    labels.pop_back();
    if (store_.get("Namespace", "", ns) == nullptr) return false;
    if (labels.empty()) return true;
    const std::string name = labels.back();
    labels.pop_back();
    const Object service = store_.get("Service", ns, name);
    return service && of_service(*service, ns, name, labels, out);
  }

  bool of_service(const json& service, const std::string& ns, const std::string& name, const Labels& before,
                  Answer& out) {
    const json& spec = object_or_empty(service, "spec");
    const std::string base = fmt::format("{}.{}.svc.{}", name, ns, cluster_zone);
    if (string_or(spec, "type") == "ExternalName")
      return before.empty() && aliased(string_or(spec, "externalName"), out);
    const std::string address = string_or(spec, "clusterIP");
    if (address.empty()) return false;
    if (address != "None") return of_address(spec, base, address, before, out);
    return of_hosts(hosts_of(ns, name, base), base, before, out);
  }

  bool of_address(const json& spec, const std::string& base, const std::string& address, const Labels& before,
                  Answer& out) const {
    if (before.empty()) add_address(out, base, address);
    bool any = before.empty();
    const auto weight =
        static_cast<std::uint16_t>(100 / std::max<std::size_t>(array_or_empty(spec, "ports").size(), 1));
    for (const json& item : array_or_empty(spec, "ports")) {
      const ServicePort port = port_in(item);
      if (!asks_for(port, before)) continue;
      any = true;
      if (wants(Type::srv)) out.records.push_back(service_record(query_.name, weight, port.port, base));
    }
    if (any && wants(Type::srv) && !out.records.empty()) add_additional(out, base, address);
    return any;
  }

  bool of_hosts(const std::vector<Host>& hosts, const std::string& base, const Labels& before, Answer& out) const {
    bool any = false;
    for (const Host& host : hosts) {
      if (before.empty() || (before.size() == 1 && host.name == before[0] + "." + base)) {
        any = true;
        add_address(out, query_.name, host.address);
      }
      for (const ServicePort& port : host.ports) {
        if (!asks_for(port, before)) continue;
        any = true;
        if (!wants(Type::srv)) continue;
        out.records.push_back(
            service_record(query_.name, static_cast<std::uint16_t>(100 / hosts.size()), port.port, host.name));
        add_additional(out, host.name, host.address);
      }
    }
    // Without an endpoint there is no such name: CoreDNS says NXDOMAIN of a headless Service that has none.
    return any;
  }

  // SRV is asked by "_port._protocol", or of the whole Service.
  [[nodiscard]] bool asks_for(const ServicePort& port, const Labels& before) const {
    if (before.empty()) return query_.type == Type::srv;
    if (before.size() != 2 || port.name.empty()) return false;
    return before[0] == "_" + port.name && before[1] == "_" + port.protocol;
  }

  [[nodiscard]] std::vector<Host> hosts_of(const std::string& ns, const std::string& name,
                                           const std::string& base) const {
    std::vector<Host> out;
    for (const Object& slice : store_.list("EndpointSlice", ns)) {
      const json& labels = object_or_empty(object_or_empty(*slice, "metadata"), "labels");
      if (string_or(labels, "kubernetes.io/service-name") != name || string_or(*slice, "addressType") != "IPv4")
        continue;
      std::vector<ServicePort> ports;
      for (const json& port : array_or_empty(*slice, "ports")) ports.push_back(port_in(port));
      for (const json& endpoint : array_or_empty(*slice, "endpoints")) add_host(endpoint, base, ports, out);
    }
    return out;
  }

  static void add_host(const json& endpoint, const std::string& base, const std::vector<ServicePort>& ports,
                       std::vector<Host>& out) {
    const json& addresses = array_or_empty(endpoint, "addresses");
    if (!condition(endpoint, "ready", true) || addresses.empty() || !addresses[0].is_string()) return;
    const std::string address = addresses[0].get<std::string>();
    const std::string host = string_or(endpoint, "hostname");
    const std::string name = (host.empty() ? dashed(address) : host) + "." + base;
    const auto same = [&](const Host& other) { return other.name == name && other.address == address; };
    if (std::none_of(out.begin(), out.end(), same)) out.push_back({name, address, ports});
  }

  // An alias, and what it leads to where that is a name of the cluster, too.
  bool aliased(const std::string& target, Answer& out) {
    const std::string aimed = lower_case(target.ends_with('.') ? target.substr(0, target.size() - 1) : target);
    out.records.push_back(alias_record(query_.name, aimed));
    if (query_.type == Type::cname || !within(aimed, cluster_zone) || depth_ >= most_aliases) return true;
    Query next = query_;
    next.name = aimed;
    Lookup further(store_, next);
    further.depth_ = depth_ + 1;
    Answer found = further.run();
    out.records.insert(out.records.end(), found.records.begin(), found.records.end());
    return true;
  }

  // "10-244-0-5.shop.pod": an address in words, whoever has it.
  bool of_pod(const Labels& labels, Answer& out) const {
    if (store_.get("Namespace", "", labels.back()) == nullptr) return false;
    if (labels.size() == 1) return true;
    if (labels.size() != 2) return false;
    std::string address = labels[0];
    std::replace(address.begin(), address.end(), '-', '.');
    if (!address_record(query_.name, address)) return false;
    add_address(out, query_.name, address);
    return true;
  }

  bool reversed(Answer& out) const {
    const auto inside = within(query_.name, reverse_zone);
    Labels bytes = inside ? labels_of_name(*inside) : Labels();
    if (bytes.size() != 4) return false;
    const std::string address = fmt::format("{}.{}.{}.{}", bytes[3], bytes[2], bytes[1], bytes[0]);
    for (const Object& service : store_.list("Service")) {
      const std::string ns = text_at(*service, "/metadata/namespace"), name = text_at(*service, "/metadata/name");
      const std::string base = fmt::format("{}.{}.svc.{}", name, ns, cluster_zone);
      const std::string own = text_at(*service, "/spec/clusterIP");
      if (own == address) return point_to(base, out);
      if (own != "None") continue;
      for (const Host& host : hosts_of(ns, name, base))
        if (host.address == address) return point_to(host.name, out);
    }
    return false;
  }

  bool point_to(const std::string& target, Answer& out) const {
    if (wants(Type::ptr)) out.records.push_back(pointer_record(query_.name, target));
    return true;
  }

  const Store& store_;
  const Query& query_;
  std::size_t depth_ = 0;
  bool found_ = false;
};

}  // namespace

Answer answer(const Store& store, const Query& query) {
  if (!query.internet) return {Code::refused, false, {}, {}, {}};
  return Lookup(store, query).run();
}

}  // namespace straycat::cluster::dns
