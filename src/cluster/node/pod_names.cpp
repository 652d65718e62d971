#include "cluster/node/pod_names.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cluster/kinds/json_help.hpp"

namespace straycat::cluster {
namespace {

using Words = std::vector<std::string>;

constexpr std::size_t most_name_servers = 3, most_searches = 32;  // validation.MaxDNSNameservers, MaxDNSSearchPaths

struct Resolver {
  Words servers, searches, options;
};

void add_once(Words& words, const std::string& word) {
  if (!word.empty() && std::find(words.begin(), words.end(), word) == words.end()) words.push_back(word);
}

// No line of such a file may hold another one.
bool is_plain(const std::string& word) { return word.find_first_of(" \t\r\n") == std::string::npos; }

Words plain_words(const json& list) {
  Words out;
  for (const json& item : list)
    if (item.is_string() && is_plain(item.get<std::string>())) out.push_back(item.get<std::string>());
  return out;
}

std::string option_name(const std::string& option) { return option.substr(0, option.find(':')); }

// A later option of the same name takes the earlier one's place.
void set_option(Words& options, const std::string& option) {
  const auto same = [&](const std::string& other) { return option_name(other) == option_name(option); };
  const auto found = std::find_if(options.begin(), options.end(), same);
  if (found == options.end())
    options.push_back(option);
  else
    *found = option;
}

void add_config(const json& config, Resolver& out) {
  for (const std::string& server : plain_words(array_or_empty(config, "nameservers"))) add_once(out.servers, server);
  for (const std::string& search : plain_words(array_or_empty(config, "searches"))) add_once(out.searches, search);
  for (const json& option : array_or_empty(config, "options")) {
    const std::string name = string_or(option, "name"), value = string_or(option, "value");
    if (!name.empty() && is_plain(name) && is_plain(value))
      set_option(out.options, value.empty() ? name : name + ":" + value);
  }
}

Resolver cluster_first(const std::string& ns, const std::string& name_server) {
  return {{name_server}, {ns + ".svc.cluster.local", "svc.cluster.local", "cluster.local"}, {"ndots:5"}};
}

}  // namespace

std::string hosts_file(const json& pod, const std::string& hostname, const std::string& address) {
  const json& spec = object_or_empty(pod, "spec");
  const std::string subdomain = string_or(spec, "subdomain"), ns = text_at(pod, "/metadata/namespace");
  const std::string whole =
      subdomain.empty() ? "" : fmt::format("{}.{}.{}.svc.cluster.local\t", hostname, subdomain, ns);
  std::string out =
      fmt::format("# Kubernetes-managed hosts file.\n127.0.0.1\tlocalhost\n{}\t{}{}\n", address, whole, hostname);
  const json& aliases = array_or_empty(spec, "hostAliases");
  if (!aliases.empty()) out += "\n# Entries added by HostAliases.\n";
  for (const json& alias : aliases) {
    const std::string ip = string_or(alias, "ip");
    const Words names = plain_words(array_or_empty(alias, "hostnames"));
    if (is_plain(ip) && !names.empty()) out += fmt::format("{}\t{}\n", ip, fmt::join(names, "\t"));
  }
  return out;
}

std::string resolv_conf(const json& pod, const std::string& name_server) {
  const json& spec = object_or_empty(pod, "spec");
  const std::string policy = string_or(spec, "dnsPolicy", "ClusterFirst");
  Resolver resolver;
  if (policy != "None" && policy != "Default")
    resolver = cluster_first(text_at(pod, "/metadata/namespace"), name_server);
  add_config(object_or_empty(spec, "dnsConfig"), resolver);
  resolver.servers.resize(std::min(resolver.servers.size(), most_name_servers));
  resolver.searches.resize(std::min(resolver.searches.size(), most_searches));
  std::string out;
  if (!resolver.searches.empty()) out += fmt::format("search {}\n", fmt::join(resolver.searches, " "));
  for (const std::string& server : resolver.servers) out += fmt::format("nameserver {}\n", server);
  if (!resolver.options.empty()) out += fmt::format("options {}\n", fmt::join(resolver.options, " "));
  return out;
}

}  // namespace straycat::cluster
