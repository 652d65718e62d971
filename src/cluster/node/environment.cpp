#include "cluster/node/environment.hpp"

#include <cctype>

#include <nlohmann/json.hpp>

namespace straycat::cluster {

using json = nlohmann::json;

namespace {

using Variables = std::map<std::string, std::string>;

// "metadata.labels['app']" -> "app"
std::string subscript(const std::string& path) {
  const auto open = path.find("['");
  const auto close = path.rfind("']");
  return open == std::string::npos || close == std::string::npos || close < open
             ? ""
             : path.substr(open + 2, close - open - 2);
}

std::string lookup(const Variables& values, const std::string& key) {
  const auto found = values.find(key);
  return found == values.end() ? "" : found->second;
}

Result<std::string> field(const std::string& path, const PodSpec& pod, const PodFacts& facts) {
  if (path == "metadata.name") return pod.name;
  if (path == "metadata.namespace") return pod.ns;
  if (path == "metadata.uid") return pod.uid;
  if (path == "spec.nodeName") return pod.node;
  if (path == "spec.serviceAccountName") return pod.service_account;
  if (path == "status.podIP" || path == "status.podIPs") return facts.address;
  if (path == "status.hostIP" || path == "status.hostIPs") return facts.host_address;
  if (path.starts_with("metadata.labels[")) return lookup(pod.labels, subscript(path));
  if (path.starts_with("metadata.annotations[")) return lookup(pod.annotations, subscript(path));
  return bad_input("fieldPath \"" + path + "\" is not supported");
}

std::string variable_name(const std::string& name) {
  std::string out;
  for (const char c : name) out += c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return out;
}

void link_port(Variables& out, const std::string& prefix, const std::string& address, const json& port, bool first) {
  const std::string number = std::to_string(port.value("port", 0));
  std::string protocol = port.value("protocol", "TCP");
  std::string lower;
  for (const char c : protocol) lower += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  const std::string url = lower + "://" + address + ":" + number;
  const std::string stem = prefix + "_PORT_" + number + "_" + protocol;
  if (first) {
    out[prefix + "_SERVICE_HOST"] = address;
    out[prefix + "_SERVICE_PORT"] = number;
    out[prefix + "_PORT"] = url;
  }
  if (const std::string name = port.value("name", ""); !name.empty())
    out[prefix + "_SERVICE_PORT_" + variable_name(name)] = number;
  out[stem] = url;
  out[stem + "_PROTO"] = lower;
  out[stem + "_PORT"] = number;
  out[stem + "_ADDR"] = address;
}

}  // namespace

std::string expand(const std::string& text, const Variables& variables) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '$' || i + 1 == text.size()) {
      out += text[i];
    } else if (text[i + 1] == '$') {
      out += '$';
      ++i;
    } else if (const auto close = text.find(')', i); text[i + 1] == '(' && close != std::string::npos) {
      const auto found = variables.find(text.substr(i + 2, close - i - 2));
      out += found == variables.end() ? text.substr(i, close - i + 1) : found->second;
      i = close;
    } else {
      out += text[i];
    }
  }
  return out;
}

Variables service_links(const std::vector<const json*>& services) {
  Variables out;
  for (const json* service : services) {
    const std::string name = service->at("metadata").value("name", "");
    const json spec = service->value("spec", json::object());
    const std::string address = spec.value("clusterIP", "");
    if (address.empty() || address == "None" || !spec.contains("ports")) continue;
    bool first = true;
    for (const json& port : spec["ports"]) {
      link_port(out, variable_name(name), address, port, first);
      first = false;
    }
  }
  return out;
}

Result<Variables> environment(const PodSpec& pod, const ContainerSpec& container, const PodFacts& facts,
                              const Variables& links) {
  Variables out = links;
  out["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
  out["HOSTNAME"] = pod.hostname;
  if (!facts.api_host.empty()) {
    out["KUBERNETES_SERVICE_HOST"] = facts.api_host;
    out["KUBERNETES_SERVICE_PORT"] = std::to_string(facts.api_port);
  }
  for (const auto& [name, value] : facts.extra) out[name] = value;
  for (const EnvVar& variable : container.env) {
    if (variable.unsupported)
      return bad_input("env " + variable.name + ": only value and valueFrom.fieldRef are supported");
    if (variable.field_path.empty()) {
      out[variable.name] = expand(variable.value, out);
      continue;
    }
    auto value = field(variable.field_path, pod, facts);
    if (!value) return value.error().within("env " + variable.name);
    out[variable.name] = *value;
  }
  return out;
}

std::vector<std::string> command_line(const ContainerSpec& container, const Variables& variables) {
  std::vector<std::string> out;
  if (container.command.empty()) {
    out = container.program;
  } else {
    for (const std::string& word : container.command) out.push_back(expand(word, variables));
  }
  for (const std::string& word : container.args) out.push_back(expand(word, variables));
  return out;
}

}  // namespace straycat::cluster
