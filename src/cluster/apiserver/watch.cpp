// Watches: the changes of one kind as a stream of JSON events, each ended by a newline.
#include <chrono>

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "cluster/apiserver/filter.hpp"
#include "cluster/apiserver/rest.hpp"
#include "cluster/apiserver/table.hpp"
#include "cluster/kinds/json_help.hpp"
#include <straycat/core/time.hpp>

namespace straycat::cluster {
namespace {

using namespace std::chrono_literals;

// Often enough that a quiet watch never falls out of the store's history, seldom enough to be cheap.
constexpr auto bookmark_period = 10s;
constexpr std::int64_t default_timeout_seconds = 1800;

struct WatchOrder {
  const KindRow& resource;
  Filter filter;
  std::string include_object;
  bool table = false, bookmarks = false, initial_events = false, mark_initial_end = false;
  std::uint64_t from = 0;
  std::int64_t timeout_seconds = default_timeout_seconds;
};

std::string event_line(const char* type, const json& object) {
  const json event = {{"type", type}, {"object", object}};
  return event.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
}

class Watch : public std::enable_shared_from_this<Watch> {
 public:
  Watch(Store& store, WatchOrder order, const boost::asio::any_io_executor& executor,
        std::function<void(std::string)> write, std::function<void()> end)
      : store_(store),
        order_(std::move(order)),
        deadline_(executor),
        bookmark_timer_(executor),
        write_(std::move(write)),
        end_(std::move(end)) {}

  void start() {
    if (!send_past()) return;
    subscription_ = store_.subscribe([this](const Change& change) {
      if (change.kind == order_.resource.key()) send(change);
    });
    deadline_.expires_after(std::chrono::seconds(order_.timeout_seconds));
    deadline_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
      if (const auto self = weak.lock(); self && !error) self->finish();
    });
    if (order_.bookmarks) arm_bookmark();
  }

 private:
  // The objects there are, or the changes since the client's revision. False: the stream is over.
  bool send_past() {
    if (order_.initial_events) {
      for (const auto& object : store_.list(order_.resource.key(), order_.filter.ns)) {
        if (order_.filter.matches(*object)) send_object("ADDED", *object);
      }
      if (order_.mark_initial_end) send_bookmark(true);
      return true;
    }
    const auto changes = store_.changes_since(order_.resource.key(), order_.from);
    if (!changes) {
      write_(event_line("ERROR", to_json(changes.error())));
      end_();
      return false;
    }
    for (const auto& change : *changes) send(change);
    return true;
  }

  // An object that comes to match, or stops matching, comes and goes for this client.
  void send(const Change& change) {
    const bool now = change.type != ChangeType::deleted && order_.filter.matches(*change.object);
    const bool before = change.previous && order_.filter.matches(*change.previous);
    if (now) send_object(before ? "MODIFIED" : "ADDED", *change.object);
    if (before && !now) {
      if (change.type == ChangeType::deleted) return send_object("DELETED", *change.object);
      auto last = *change.previous;  // as it last matched, at the revision where it stopped to
      last["metadata"]["resourceVersion"] = std::to_string(change.revision);
      send_object("DELETED", last);
    }
  }

  void send_object(const char* type, const json& object) {
    const bool other_form = order_.resource.custom || order_.resource.from_stored != nullptr;
    if (!order_.table && !other_form) return write_(event_line(type, object));  // of each watcher: never copied
    if (!order_.table) return write_(event_line(type, as_served(order_.resource, object)));
    write_(event_line(type, table_of(object, text_at(object, "/metadata/resourceVersion"))));
  }

  [[nodiscard]] json table_of(const json& object, const std::string& version) const {
    return make_table(order_.resource, {std::make_shared<const json>(object)}, version, order_.include_object,
                      wall_now_ns());
  }

  void send_bookmark(bool initial_end) {
    json object = {{"kind", order_.resource.kind}, {"apiVersion", order_.resource.api_version()}};
    object["metadata"] = json::object({{"resourceVersion", std::to_string(store_.revision())}});
    if (initial_end) object["metadata"]["annotations"] = json::object({{"k8s.io/initial-events-end", "true"}});
    object.update(order_.resource.empty);
    if (order_.table) object = table_of(object, std::to_string(store_.revision()));
    write_(event_line("BOOKMARK", object));
  }

  void arm_bookmark() {
    bookmark_timer_.expires_after(bookmark_period);
    bookmark_timer_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
      const auto self = weak.lock();
      if (!self || error) return;
      self->send_bookmark(false);
      self->arm_bookmark();
    });
  }

  // A last bookmark lets the client go on from here.
  void finish() {
    subscription_ = {};
    bookmark_timer_.cancel();
    if (order_.bookmarks) send_bookmark(false);
    end_();
  }

  Store& store_;
  WatchOrder order_;
  boost::asio::steady_timer deadline_, bookmark_timer_;
  std::function<void(std::string)> write_;
  std::function<void()> end_;
  Subscription subscription_;
};

StoreResult<WatchOrder> parse_order(const Call& call) {
  auto filter = parse_filter(call.resource, call.route.ns, call.route.name, call.query);
  if (!filter) return filter.error();
  WatchOrder order{call.resource,
                   std::move(*filter),
                   call.param("includeObject"),
                   call.wants_table(),
                   call.flag("allowWatchBookmarks"),
                   false,
                   false,
                   0,
                   default_timeout_seconds};
  const auto version = call.param("resourceVersion");
  const bool list_first = call.flag("sendInitialEvents");
  if (list_first && call.param("resourceVersionMatch") != "NotOlderThan") {
    return Status{
        422, "Invalid",
        "ListOptions.meta.k8s.io \"\" is invalid: resourceVersionMatch: Forbidden: sendInitialEvents requires setting "
        "resourceVersionMatch to NotOlderThan",
        nullptr};
  }
  if (!version.empty() && version.find_first_not_of("0123456789") != std::string::npos) {
    return bad_request("Invalid value: \"" + version + "\": strconv.ParseUint: parsing \"" + version +
                       "\": invalid syntax");
  }
  order.from = std::strtoull(version.c_str(), nullptr, 10);
  order.initial_events =
      list_first || ((version.empty() || order.from == 0) && call.param("sendInitialEvents") != "false");
  order.mark_initial_end = list_first && order.bookmarks;
  if (const auto seconds = std::strtoll(call.param("timeoutSeconds").c_str(), nullptr, 10); seconds > 0) {
    order.timeout_seconds = std::min<std::int64_t>(seconds, 86400);
  }
  return order;
}

}  // namespace

Answer watch_objects(const Call& call, Store& store, boost::asio::any_io_executor executor) {
  auto order = parse_order(call);
  if (!order) return status_response(order.error());
  Stream stream;
  stream.start = [&store, executor, order = std::move(*order)](auto write, auto end) -> std::shared_ptr<void> {
    auto watch = std::make_shared<Watch>(store, order, executor, std::move(write), std::move(end));
    watch->start();
    return watch;
  };
  return stream;
}

}  // namespace straycat::cluster
