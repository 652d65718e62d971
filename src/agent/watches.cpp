#include "agent/watches.hpp"

#include <algorithm>
#include <utility>

#include <boost/asio/post.hpp>

#include <straycat/core/tasks.hpp>

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
    service.life = {resource_name, service.selector};
    service.ports.push_back(port);
  }
  for (auto& [key, service] : services_) watch_service(service);
}

void Watches::watch_service(Service& service) {
  spawn(executor_,
        client_.watch({slices_type(), service.ns, service.selector, "", service.hold},
                      [this, &service](const kube::WatchItem& item) { on_slices(service, item); }),
        [this, &service](const std::string& why) { live(service, kube::watched::Died{monotonic_now(), why}); });
}

void Watches::on_slices(Service& service, const kube::WatchItem& item) {
  const Stamp seen = monotonic_now();
  say(service.life.resume(kube::watched_from(item, seen)));
  const std::vector<model::ObjectChange> changes = service.book.take(item);
  // Stamped as the windows are cut, so that no attempt can stand on the wrong side of a change.
  for (const model::ObjectChange& change : changes) journal_.write(Topic::slice, nlohmann::json(change), true, seen);
  if (!changes.empty()) tell(service, seen);
  note_settled();
}

void Watches::live(Service& service, const kube::Watched& what) {
  say(service.life.resume(what));
  note_settled();
}

void Watches::say(const std::optional<kube::WatchWord>& word) {
  if (word) journal_.write(word->topic, nlohmann::json(word->record), true, word->at);
}

void Watches::note_settled() {
  const bool all =
      std::all_of(services_.begin(), services_.end(), [](const auto& one) { return one.second.life.settled(); });
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
  spawn(executor_, read_ports(service), [this, &service](const std::string& why) { without_ports(service, why); });
}

asio::awaitable<void> Watches::read_ports(Service& service) {
  kube::ApiResult<nlohmann::json> object = co_await client_.get(services_type(), service.ns, service.name);
  if (!object) co_return without_ports(service, object.error().describe());
  service.asked = false;
  service.object = model::project_service(*object);
  tell(service, monotonic_now());
}

// It is not asked for again.
void Watches::without_ports(Service& service, const std::string& why) {
  journal_.write(NoteRecord{"no direct probes of " + service.name + ": its ports cannot be read: " + why});
}

void Watches::follow_beacon(const std::string& ns, const std::string& name) {
  spawn(executor_,
        client_.watch({slices_type(), ns, "", "metadata.name=" + name, {}},
                      [this](const kube::WatchItem& item) { on_beacon(item); }),
        [this](const std::string& why) {
          journal_.write(NoteRecord{"the clock beacon is no longer watched: " + why}, true);
        });
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
  if (gap) live(service, kube::watched::Blind{monotonic_now(), *gap});
  one_proven();
}

void Watches::one_proven() {
  if (proving_ == 0 || --proving_ > 0) return;
  std::exchange(proven_, nullptr)();
}

void Watches::prove(Nanos most, std::function<void()> proven) {
  proven_ = std::move(proven);
  proving_ = services_.size() + 1;
  for (auto& [key, service] : services_)
    spawn(executor_, prove_one(service, most), [this, &of = service](const std::string& why) {
      live(of, kube::watched::Unproven{monotonic_now(), why});
      one_proven();
    });
  asio::post(executor_, [this] { one_proven(); });
}

void Watches::end() {
  for (auto& [key, service] : services_) live(service, kube::watched::Closed{monotonic_now()});
}

}  // namespace straycat::agent
