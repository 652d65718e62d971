// GET of one object and of lists.
#include <algorithm>

#include "cluster/apiserver/filter.hpp"
#include "cluster/apiserver/rest.hpp"
#include "cluster/apiserver/table.hpp"
#include "cluster/kinds/base64.hpp"
#include "cluster/kinds/custom_schema.hpp"
#include "cluster/kinds/json_help.hpp"
#include <straycat/core/time.hpp>

namespace straycat::cluster {
namespace {

// Where a chunked list goes on: the state of revision `rv`, after the key `start` (apiserver pkg/storage/continue.go).
struct Continue {
  std::uint64_t rv = 0;
  std::string start;
};

std::string encode(const Continue& token) {
  const json body = {{"v", "meta.k8s.io/v1"}, {"rv", token.rv}, {"start", token.start}};
  return base64url(body.dump());
}

StoreResult<Continue> decode(const std::string& text) {
  const auto bytes = unbase64url(text);
  const auto body = bytes ? json::parse(*bytes, nullptr, false) : json(nullptr);
  if (!body.is_object() || string_or(body, "v") != "meta.k8s.io/v1" || integer_or(body, "rv") <= 0) {
    return bad_request("continue key is not valid: illegal base64 data or JSON");
  }
  return Continue{static_cast<std::uint64_t>(integer_or(body, "rv")), string_or(body, "start")};
}

std::string key_of(const json& object) {
  return text_at(object, "/metadata/namespace") + "/" + text_at(object, "/metadata/name");
}

// The objects of a kind as they stood at a revision: now, with the changes since then undone.
StoreResult<std::vector<Object>> objects_at(const Store& store, const std::string& kind, std::uint64_t revision) {
  const auto changes = store.changes_since(kind, revision);
  if (!changes) {
    return expired(
        "The provided continue parameter is too old to display a consistent list result. You can start a new list "
        "without the "
        "continue parameter.");
  }
  std::map<std::string, Object> state;
  for (const auto& object : store.list(kind)) state[key_of(*object)] = object;
  for (auto change = changes->rbegin(); change != changes->rend(); ++change) {
    const auto key = change->ns + "/" + change->name;
    if (change->type == ChangeType::added) {
      state.erase(key);
    } else {
      state[key] = change->previous;
    }
  }
  std::vector<Object> out;
  for (auto& [key, object] : state) out.push_back(std::move(object));
  return out;
}

struct Page {
  std::vector<Object> items;
  json meta = json::object();
};

StoreResult<Page> read_page(const Call& call, const Store& store, const Filter& filter) {
  Continue from{store.revision(), ""};
  std::vector<Object> all;
  if (const auto token = call.param("continue"); !token.empty()) {
    const auto decoded = decode(token);
    if (!decoded) return decoded.error();
    from = *decoded;
    auto then = objects_at(store, call.resource.key(), from.rv);
    if (!then) return then.error();
    all = std::move(*then);
  } else {
    all = store.list(call.resource.key(), filter.ns);
  }
  Page page;
  const auto limit = static_cast<std::size_t>(std::strtoul(call.param("limit").c_str(), nullptr, 10));
  std::size_t left = 0;
  for (const auto& object : all) {
    if (!filter.matches(*object) || (!from.start.empty() && key_of(*object) < from.start)) continue;
    if (limit == 0 || page.items.size() < limit) {
      page.items.push_back(object);
    } else {
      ++left;
    }
  }
  page.meta["resourceVersion"] = std::to_string(from.rv);
  if (left > 0) {
    page.meta["continue"] = encode({from.rv, key_of(*page.items.back()) + '\0'});
    if (filter.labels.empty() && filter.fields.empty()) page.meta["remainingItemCount"] = left;
  }
  return page;
}

std::int64_t integer_at(const json& object, const std::string& pointer) {
  const json::json_pointer path{pointer};
  return object.contains(path) && object.at(path).is_number_integer() ? object.at(path).get<std::int64_t>() : 0;
}

// Items of a list do not repeat what they are; those of other makers, whose clients know no types, do.
json item_of(const KindRow& row, const json& object) {
  auto item = as_served(row, object);
  if (row.custom) return item;
  item.erase("kind");
  item.erase("apiVersion");
  return item;
}

}  // namespace

json as_served(const KindRow& row, const json& object) {
  auto out = object;
  if (row.custom || row.from_stored != nullptr) out["apiVersion"] = row.api_version();
  if (row.from_stored != nullptr) row.from_stored(out);
  if (row.schema) row.schema->fill_defaults(out);
  return out;
}

json scale_of(const json& object, const KindRow& row) {
  const auto& meta = object["metadata"];
  json out = {{"kind", "Scale"}, {"apiVersion", "autoscaling/v1"}, {"metadata", json::object()}};
  for (const char* key : {"name", "namespace", "uid", "resourceVersion", "creationTimestamp"}) {
    if (meta.contains(key)) out["metadata"][key] = meta[key];
  }
  model::Labels labels;
  const auto& paths = row.scale_paths;
  const auto& selector = object_or_empty(object_or_empty(object, "spec"), "selector");
  const bool plain = string_or(object, "kind") == "ReplicationController";
  for (const auto& [key, value] : (plain ? selector : object_or_empty(selector, "matchLabels")).items()) {
    if (value.is_string()) labels[key] = value.get<std::string>();
  }
  out["spec"] = json::object();
  if (const auto replicas = integer_at(object, paths.spec); replicas != 0) out["spec"]["replicas"] = replicas;
  out["status"] =
      json::object({{"replicas", integer_at(object, paths.status)},
                    {"selector", row.custom ? text_at(object, paths.selector.c_str()) : model::to_string(labels)}});
  return out;
}

Response object_response(const Call& call, int code, const json& object) {
  if (call.route.subresource == "scale") return json_response(code, scale_of(object, call.resource));
  if (!call.wants_table()) return json_response(code, as_served(call.resource, object));
  return json_response(
      code, make_table(call.resource, {std::make_shared<const json>(object)},
                       text_at(object, "/metadata/resourceVersion"), call.param("includeObject"), wall_now_ns()));
}

Answer get_object(const Call& call, const Store& store) {
  const auto object = store.get(call.resource.key(), call.route.ns, call.route.name);
  if (!object) return status_response(not_found(call.resource, call.route.name));
  return object_response(call, 200, *object);
}

Answer list_objects(const Call& call, const Store& store) {
  const auto filter = parse_filter(call.resource, call.route.ns, "", call.query);
  if (!filter) return status_response(filter.error());
  auto page = read_page(call, store, *filter);
  if (!page) return status_response(page.error());
  if (call.wants_table()) {
    auto table = make_table(call.resource, page->items, "", call.param("includeObject"), wall_now_ns());
    table["metadata"] = page->meta;
    return json_response(200, table);
  }
  json list = {
      {"kind", call.resource.kind + "List"}, {"apiVersion", call.resource.api_version()}, {"metadata", page->meta}};
  list["items"] = json::array();
  for (const auto& object : page->items) list["items"].push_back(item_of(call.resource, *object));
  return json_response(200, list);
}

}  // namespace straycat::cluster
