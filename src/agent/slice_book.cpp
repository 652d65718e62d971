#include "agent/slice_book.hpp"

#include <algorithm>
#include <set>

namespace straycat::agent {

using json = nlohmann::json;

std::vector<model::ObjectChange> SliceBook::take(const kube::WatchItem& item) {
  std::vector<model::ObjectChange> changes;
  if (const auto* replaced = std::get_if<kube::WatchReplaced>(&item)) {
    std::set<std::string> gone;
    for (const auto& [name, slice] : slices_) gone.insert(name);
    for (const json& object : replaced->objects) gone.erase(model::project_slice(object).meta.name);
    for (const std::string& name : gone) erase(name, changes);
    for (const json& object : replaced->objects) set(object, changes);
  } else if (const auto* applied = std::get_if<kube::WatchApplied>(&item)) {
    set(applied->object, changes);
  } else if (const auto* deleted = std::get_if<kube::WatchDeleted>(&item)) {
    erase(model::project_slice(deleted->object).meta.name, changes);
  }
  return changes;
}

void SliceBook::set(const json& object, std::vector<model::ObjectChange>& changes) {
  model::EndpointSlice slice = model::project_slice(object);
  const auto known = slices_.find(slice.meta.name);
  if (known != slices_.end() && known->second == slice) return;
  changes.push_back({false, json(slice)});
  slices_[slice.meta.name] = std::move(slice);
}

void SliceBook::erase(const std::string& name, std::vector<model::ObjectChange>& changes) {
  const auto known = slices_.find(name);
  if (known == slices_.end()) return;
  changes.push_back({true, json(known->second)});
  slices_.erase(known);
}

bool needs_port_name(const std::map<std::string, model::EndpointSlice>& slices) {
  return std::any_of(slices.begin(), slices.end(), [](const auto& entry) { return entry.second.ports.size() > 1; });
}

std::vector<model::Listed> listed_endpoints(const std::map<std::string, model::EndpointSlice>& slices,
                                            const std::optional<std::string>& port_name) {
  model::Listing listing({port_name});
  for (const auto& [name, slice] : slices) listing.add(slice);
  return listing.endpoints();
}

std::optional<std::string> port_name_of(const model::Service& service, int port) {
  const auto found =
      std::find_if(service.ports.begin(), service.ports.end(), [&](const auto& p) { return p.port == port; });
  if (found == service.ports.end()) return std::nullopt;
  return found->name;
}

}  // namespace straycat::agent
