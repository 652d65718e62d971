#include "agent/watches.hpp"

#include <algorithm>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>

namespace straycat::agent {

namespace asio = boost::asio;

namespace {

constexpr const char* resource_name = "endpointslices";

kube::ResourceType slices_type() { return *kube::resource_for_kind("EndpointSlice"); }
kube::ResourceType services_type() { return *kube::resource_for_kind("Service"); }

}  // namespace

Watches::Watches(asio::any_io_executor executor, kube::Client client, Journal& journal, Changed changed,
                 std::function<void()> opened)
    : executor_(std::move(executor)),
      client_(std::move(client)),
      journal_(journal),
      changed_(std::move(changed)),
      opened_(std::move(opened)) {}

void Watches::follow(const std::vector<ServicePortRef>& ports) {
  for (const ServicePortRef& port : ports) {
    Service& service = services_[{port.ns, port.service}];
    service.ns = port.ns;
    service.name = port.service;
    service.selector = "kubernetes.io/service-name=" + port.service;
    service.ports.push_back(port);
  }
  for (auto& [key, service] : services_) watch_service(service);
}

void Watches::watch_service(Service& service) {
  asio::co_spawn(executor_,
                 client_.watch({slices_type(), service.ns, service.selector, "", service.hold},
                               [this, &service](const kube::WatchItem& item) { on_slices(service, item); }),
                 asio::detached);
}

void Watches::on_slices(Service& service, const kube::WatchItem& item) {
  const Stamp seen = monotonic_now();
  note_coverage(service, item, seen);
  const std::vector<model::ObjectChange> changes = service.book.take(item);
  // Stamped as the windows are cut, so that no attempt can stand on the wrong side of a change.
  for (const model::ObjectChange& change : changes) journal_.write(Topic::slice, nlohmann::json(change), true, seen);
  if (!changes.empty()) tell(service, seen);
  note_open(service, item);
}

// The stretch between list and watch is told as a gap when the watch has opened: the first gap after a list says so.
void Watches::note_open(Service& service, const kube::WatchItem& item) {
  const bool watching = service.listed && !std::holds_alternative<kube::WatchReplaced>(item);
  if (service.open || !(watching || service.denied)) return;
  service.open = true;
  const bool all = std::all_of(services_.begin(), services_.end(), [](const auto& one) { return one.second.open; });
  if (all && opened_) std::exchange(opened_, nullptr)();
}

void Watches::tell(Service& service, Stamp seen) {
  const bool by_name = needs_port_name(service.book.slices());
  if (by_name && !service.object) {
    ask_for_ports(service);
    return;
  }
  for (const ServicePortRef& port : service.ports) {
    const std::optional<std::string> name = by_name ? port_name_of(*service.object, port.port) : std::nullopt;
    changed_(port, by_name && !name ? std::vector<model::Listed>{} : listed_endpoints(service.book.slices(), name),
             seen);
  }
}

// Which of a slice's ports the traffic's number means stands in the Service only.
void Watches::ask_for_ports(Service& service) {
  for (const ServicePortRef& port : service.ports) changed_(port, {}, monotonic_now());
  if (service.asked) return;
  service.asked = true;
  asio::co_spawn(
      executor_,
      [](Watches& self, Service& of) -> asio::awaitable<void> {
        kube::ApiResult<nlohmann::json> object = co_await self.client_.get(services_type(), of.ns, of.name);
        of.asked = false;
        if (object) {
          of.object = model::project_service(*object);
          self.tell(of, monotonic_now());
        } else {
          self.journal_.write(
              NoteRecord{"no direct probes of " + of.name + ": its ports cannot be read: " + object.error().message});
          of.asked = true;  // not again
        }
      }(*this, service),
      asio::detached);
}

void Watches::note_coverage(Service& service, const kube::WatchItem& item, Stamp seen) {
  WatchRecord record;
  record.resource = resource_name;
  record.selector = service.selector;
  if (std::holds_alternative<kube::WatchReplaced>(item) && !service.listed) {
    service.listed = true;
    journal_.write(WatchRecord::started, nlohmann::json(record), true, seen);
  } else if (const auto* gap = std::get_if<kube::WatchGap>(&item)) {
    record.from_ns = gap->from.ns;
    record.to_ns = gap->to.ns;
    record.reason = gap->reason;
    journal_.write(WatchRecord::gap, nlohmann::json(record), true, seen);
  } else if (const auto* refused = std::get_if<kube::WatchDenied>(&item)) {
    service.denied = true;
    record.end = WatchEnd::denied;
    record.reason = refused->error.message;
    journal_.write(WatchRecord::ended, nlohmann::json(record), true, seen);
  }
}

void Watches::follow_beacon(const std::string& ns, const std::string& name) {
  asio::co_spawn(executor_,
                 client_.watch({slices_type(), ns, "", "metadata.name=" + name, {}},
                               [this](const kube::WatchItem& item) { on_beacon(item); }),
                 asio::detached);
}

void Watches::on_beacon(const kube::WatchItem& item) {
  const Stamp seen = monotonic_now();
  const auto tell_version = [this, seen](const nlohmann::json& object) {
    const std::string version = model::project_slice(object).meta.resource_version;
    journal_.write(Topic::beacon, nlohmann::json::object({{"resourceVersion", version}}), true, seen);
  };
  if (const auto* applied = std::get_if<kube::WatchApplied>(&item)) tell_version(applied->object);
  if (const auto* replaced = std::get_if<kube::WatchReplaced>(&item)) {
    for (const nlohmann::json& object : replaced->objects) tell_version(object);
  }
}

asio::awaitable<void> Watches::prove_one(Service& service, Nanos most) {
  const auto gap = co_await service.hold.prove(most);
  if (gap) note_coverage(service, *gap, monotonic_now());
  if (--proving_ == 0) std::exchange(proven_, nullptr)();
}

void Watches::prove(Nanos most, std::function<void()> proven) {
  proven_ = std::move(proven);
  proving_ = services_.size() + 1;
  for (auto& [key, service] : services_) asio::co_spawn(executor_, prove_one(service, most), asio::detached);
  asio::post(executor_, [this] {
    if (--proving_ == 0) std::exchange(proven_, nullptr)();
  });
}

void Watches::end() {
  for (const auto& [key, service] : services_) {
    if (!service.listed || service.denied) continue;
    WatchRecord record;
    record.resource = resource_name;
    record.selector = service.selector;
    record.end = WatchEnd::closed;
    journal_.write(WatchRecord::ended, nlohmann::json(record), true);
  }
}

}  // namespace straycat::agent
