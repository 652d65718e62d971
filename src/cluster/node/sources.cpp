#include "cluster/node/sources.hpp"

#include <algorithm>
#include <cstdint>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cluster/kinds/json_help.hpp"
#include "cluster/kinds/quantity.hpp"

namespace straycat::cluster {
namespace {

using Texts = std::map<std::string, std::string>;

// RFC 4648; what the API server let through is well formed, anything else ends at the first foreign letter.
std::string decode_base64(std::string_view text) {
  constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  std::uint32_t bits = 0;
  int have = 0;
  for (const char letter : text) {
    if (letter == '\n' || letter == '\r') continue;
    const auto value = alphabet.find(letter);
    if (value == std::string_view::npos) break;
    bits = bits << 6 | static_cast<std::uint32_t>(value);
    have += 6;
    if (have < 8) continue;
    have -= 8;
    out += static_cast<char>(bits >> have & 0xff);
  }
  return out;
}

void add_texts(Texts& out, const json& object, const char* key, bool encoded) {
  for (const auto& [name, value] : object_or_empty(object, key).items()) {
    if (value.is_string()) out[name] = encoded ? decode_base64(value.get<std::string>()) : value.get<std::string>();
  }
}

// "metadata.labels['app']" -> "app"
std::string subscript(const std::string& path) {
  const auto open = path.find("['");
  const auto close = path.rfind("']");
  return open == std::string::npos || close == std::string::npos || close < open
             ? ""
             : path.substr(open + 2, close - open - 2);
}

std::string lookup(const Texts& values, const std::string& key) {
  const auto found = values.find(key);
  return found == values.end() ? "" : found->second;
}

// fieldpath.FormatMap: Go's %q of each value.
std::string lines_of(const Texts& values) {
  std::string out;
  for (const auto& [key, value] : values)
    out += (out.empty() ? "" : "\n") + key + "=" + json(value).dump(-1, ' ', false, json::error_handler_t::replace);
  return out;
}

std::string text_of_resource(const ContainerSpec& container, const std::string& resource) {
  const auto dot = resource.find('.');
  const auto& all = resource.starts_with("limits.") ? container.limits : container.requests;
  return dot == std::string::npos ? "" : lookup(all, resource.substr(dot + 1));
}

Result<> add_keys(std::map<std::string, VolumeFile>& out, const VolumePart& part, const VolumeSpec& volume,
                  const PodFacts& facts) {
  auto data = data_of(part.object, facts);
  if (!data) {
    // The cluster's own certificate comes with the pod's account: a new namespace's ConfigMap may be a moment late.
    if (part.object.name != "kube-root-ca.crt" || !facts.account_files) return data.error();
    data = Texts{{"ca.crt", facts.account_files()["ca.crt"]}};
  }
  if (part.items.empty()) {
    for (const auto& [key, bytes] : *data) out[key] = {bytes, volume.mode};
    return {};
  }
  const char* sort = part.object.secret ? "secret" : "config";
  for (const KeyItem& item : part.items) {
    const auto found = data->find(item.key);
    if (found != data->end()) {
      out[item.path] = {found->second, item.mode.value_or(volume.mode)};
    } else if (!part.object.optional) {
      return bad_input(fmt::format("references non-existent {} key: {}", sort, item.key));
    }
  }
  return {};
}

Result<> add_part(std::map<std::string, VolumeFile>& out, const VolumePart& part, const VolumeSpec& volume,
                  const PodSpec& pod, const PodFacts& facts) {
  const int mode = part.mode.value_or(volume.mode);
  switch (part.kind) {
    case VolumePart::Kind::keys:
      return add_keys(out, part, volume, facts);
    case VolumePart::Kind::token:
      out[part.path] = {facts.token ? facts.token(part) : "", mode};
      return {};
    case VolumePart::Kind::field: {
      const auto value = field_value(part.field_path, pod, facts);
      if (!value) return value.error();
      out[part.path] = {*value, mode};
      return {};
    }
    case VolumePart::Kind::resource: {
      const auto value = resource_value(part.resource, pod, nullptr, facts);
      if (!value) return value.error();
      out[part.path] = {*value, mode};
      return {};
    }
  }
  return {};
}

}  // namespace

Result<Texts> data_of(const ObjectRef& object, const PodFacts& facts) {
  const auto found = facts.find ? facts.find(object.secret ? "Secret" : "ConfigMap", object.name) : nullptr;
  Texts out;
  if (!found) {
    if (object.optional) return out;
    return bad_input(fmt::format("{} \"{}\" not found", object.secret ? "secret" : "configmap", object.name));
  }
  add_texts(out, *found, "data", object.secret);
  add_texts(out, *found, "binaryData", true);
  return out;
}

Result<std::string> field_value(const std::string& path, const PodSpec& pod, const PodFacts& facts) {
  if (path == "metadata.name") return pod.name;
  if (path == "metadata.namespace") return pod.ns;
  if (path == "metadata.uid") return pod.uid;
  if (path == "metadata.labels") return lines_of(pod.labels);
  if (path == "metadata.annotations") return lines_of(pod.annotations);
  if (path == "spec.nodeName") return pod.node;
  if (path == "spec.serviceAccountName") return pod.service_account;
  if (path == "status.podIP" || path == "status.podIPs") return facts.address;
  if (path == "status.hostIP" || path == "status.hostIPs") return facts.host_address;
  if (path.starts_with("metadata.labels[")) return lookup(pod.labels, subscript(path));
  if (path.starts_with("metadata.annotations[")) return lookup(pod.annotations, subscript(path));
  return bad_input("fieldPath \"" + path + "\" is not supported");
}

// pkg/api/v1/resource ExtractContainerResourceValue: rounded up to whole divisors.
Result<std::string> resource_value(const ResourceRef& resource, const PodSpec& pod, const ContainerSpec* container,
                                   const PodFacts& facts) {
  for (const ContainerSpec& other : pod.containers) {
    if (!resource.container.empty() && other.name == resource.container) container = &other;
  }
  if (container == nullptr) return bad_input(fmt::format("container {} not found", resource.container));
  const bool cpu = resource.resource.ends_with(".cpu");
  auto amount = parse_quantity_milli(text_of_resource(*container, resource.resource));
  if (!amount && resource.resource.starts_with("limits."))
    amount = cpu ? facts.node_cpu_milli : facts.node_memory * 1000;
  const auto divisor = parse_quantity_milli(resource.divisor).value_or(0);
  const std::int64_t by = divisor > 0 ? divisor : 1000;
  const std::int64_t whole = amount.value_or(0);
  return std::to_string(whole / by + (whole % by > 0 ? 1 : 0));
}

Result<std::map<std::string, VolumeFile>> volume_files(const VolumeSpec& volume, const PodSpec& pod,
                                                       const PodFacts& facts) {
  std::map<std::string, VolumeFile> out;
  for (const VolumePart& part : volume.parts) {
    if (const auto added = add_part(out, part, volume, pod, facts); !added) return added.error();
  }
  return out;
}

}  // namespace straycat::cluster
