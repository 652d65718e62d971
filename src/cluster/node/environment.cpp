#include "cluster/node/environment.hpp"

#include <cctype>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace straycat::cluster {

using json = nlohmann::json;

namespace {

using Variables = std::map<std::string, std::string>;

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

// A key that an optional reference does not find leaves the variable out.
Result<> fill_from_key(Variables& out, const EnvVar& variable, const PodSpec& pod, const PodFacts& facts) {
  const ObjectRef& object = *variable.object;
  const auto data = data_of(object, facts);
  if (!data) return data.error();
  const auto found = data->find(variable.key);
  if (found != data->end()) {
    out[variable.name] = found->second;
  } else if (!object.optional) {
    return bad_input(fmt::format("couldn't find key {} in {} {}/{}", variable.key,
                                 object.secret ? "Secret" : "ConfigMap", pod.ns, object.name));
  }
  return {};
}

Result<> fill(Variables& out, const EnvVar& variable, const PodSpec& pod, const ContainerSpec& container,
              const PodFacts& facts) {
  if (variable.unsupported) return bad_input("env " + variable.name + ": this node knows no such valueFrom");
  if (variable.object) return fill_from_key(out, variable, pod, facts);
  if (variable.field_path.empty() && !variable.resource) {
    out[variable.name] = expand(variable.value, out);
    return {};
  }
  auto value = variable.resource ? resource_value(*variable.resource, pod, &container, facts)
                                 : field_value(variable.field_path, pod, facts);
  if (!value) return value.error().within("env " + variable.name);
  out[variable.name] = *value;
  return {};
}

}  // namespace

std::string expand(const std::string& text, const Variables& variables, std::string* missing) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '$' || i + 1 == text.size()) {
      out += text[i];
    } else if (text[i + 1] == '$') {
      out += '$';
      ++i;
    } else if (const auto close = text.find(')', i); text[i + 1] == '(' && close != std::string::npos) {
      const auto found = variables.find(text.substr(i + 2, close - i - 2));
      if (found == variables.end() && missing != nullptr) *missing = text.substr(i + 2, close - i - 2);
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
  for (const std::string& line : container.tree ? container.tree->env : std::vector<std::string>()) {
    const auto equals = line.find('=');
    if (equals != std::string::npos) out[line.substr(0, equals)] = line.substr(equals + 1);
  }
  out["HOSTNAME"] = pod.hostname;
  if (!facts.api_host.empty()) {
    out["KUBERNETES_SERVICE_HOST"] = facts.api_host;
    out["KUBERNETES_SERVICE_PORT"] = std::to_string(facts.api_port);
  }
  for (const auto& [name, value] : facts.extra) out[name] = value;
  for (const EnvSource& source : container.env_from) {
    const auto data = data_of(source.object, facts);
    if (!data) return data.error();
    for (const auto& [key, value] : *data) {
      if (key.find('=') == std::string::npos) out[source.prefix + key] = value;
    }
  }
  for (const EnvVar& variable : container.env) {
    if (const auto filled = fill(out, variable, pod, container, facts); !filled) return filled.error();
  }
  return out;
}

std::vector<std::string> command_line(const ContainerSpec& container, const Variables& variables) {
  std::vector<std::string> out;
  const auto add = [&](const std::vector<std::string>& words) {
    for (const std::string& word : words) out.push_back(expand(word, variables));
  };
  if (!container.command.empty()) {
    add(container.command);
  } else if (container.tree) {
    out = container.tree->entrypoint;
    if (container.args.empty()) out.insert(out.end(), container.tree->command.begin(), container.tree->command.end());
  } else {
    out = container.program;
  }
  add(container.args);
  return out;
}

}  // namespace straycat::cluster
