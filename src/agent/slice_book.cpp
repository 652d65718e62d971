#include "agent/slice_book.hpp"

#include <algorithm>
#include <set>

namespace straycat::agent {

namespace {

using json = nlohmann::json;

const model::SlicePort* port_of(const model::EndpointSlice& slice, const std::optional<std::string>& name) {
  if (!name) return slice.ports.size() == 1 ? &slice.ports.front() : nullptr;
  const auto found =
      std::find_if(slice.ports.begin(), slice.ports.end(), [&](const auto& port) { return port.name == *name; });
  return found == slice.ports.end() ? nullptr : &*found;
}

bool in_use(const model::Endpoint& endpoint) {
  return endpoint.is_ready() || (endpoint.is_serving() && endpoint.is_terminating());
}

}  // namespace

std::vector<model::ObjectChange> SliceBook::take(const kube::WatchItem& item) {
  Changes changes;
  std::visit([&](const auto& one) { on(one, changes); }, item);
  return changes;
}

void SliceBook::on(const kube::WatchReplaced& item, Changes& changes) {
  std::set<std::string> gone;
  for (const auto& [name, slice] : slices_) gone.insert(name);
  for (const json& object : item.objects) gone.erase(model::project_slice(object).meta.name);
  for (const std::string& name : gone) erase(name, changes);
  for (const json& object : item.objects) set(object, changes);
}

void SliceBook::on(const kube::WatchApplied& item, Changes& changes) { set(item.object, changes); }

void SliceBook::on(const kube::WatchDeleted& item, Changes& changes) {
  erase(model::project_slice(item.object).meta.name, changes);
}

void SliceBook::set(const json& object, Changes& changes) {
  model::EndpointSlice slice = model::project_slice(object);
  const auto known = slices_.find(slice.meta.name);
  if (known != slices_.end() && known->second == slice) return;
  changes.push_back({false, json(slice)});
  slices_[slice.meta.name] = std::move(slice);
}

void SliceBook::erase(const std::string& name, Changes& changes) {
  const auto known = slices_.find(name);
  if (known == slices_.end()) return;
  changes.push_back({true, json(known->second)});
  slices_.erase(known);
}

bool needs_port_name(const std::map<std::string, model::EndpointSlice>& slices) {
  return std::any_of(slices.begin(), slices.end(), [](const auto& entry) { return entry.second.ports.size() > 1; });
}

std::vector<ListedEndpoint> listed_endpoints(const std::map<std::string, model::EndpointSlice>& slices,
                                             const std::optional<std::string>& port_name) {
  std::map<std::pair<std::string, std::uint16_t>, ListedEndpoint> found;
  for (const auto& [name, slice] : slices) {
    const model::SlicePort* port = slice.address_type == "FQDN" ? nullptr : port_of(slice, port_name);
    if (port == nullptr || !port->port || *port->port < 1 || *port->port > 65535 || port->protocol != "TCP") continue;
    for (const model::Endpoint& endpoint : slice.endpoints) {
      if (endpoint.addresses.empty()) continue;  // proxies use the first address only, and so do we
      const probe::Dial dial{endpoint.addresses.front(), static_cast<std::uint16_t>(*port->port)};
      // For a moment one endpoint can stand in two slices: the one in use counts.
      ListedEndpoint& seat = found[{dial.address, dial.port}];
      if (seat.in_use) continue;
      seat = {dial, endpoint.pod, endpoint.pod_uid, in_use(endpoint)};
    }
  }
  std::vector<ListedEndpoint> list;
  for (auto& [key, endpoint] : found) list.push_back(std::move(endpoint));
  return list;
}

std::optional<std::string> port_name_of(const model::Service& service, int port) {
  const auto found =
      std::find_if(service.ports.begin(), service.ports.end(), [&](const auto& p) { return p.port == port; });
  if (found == service.ports.end()) return std::nullopt;
  return found->name;
}

}  // namespace straycat::agent
