// GET .../pods/NAME/log
#include <algorithm>
#include <deque>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "cluster/apiserver/rest.hpp"
#include "cluster/kinds/json_help.hpp"
#include <straycat/core/time.hpp>

namespace straycat::cluster {
namespace {

std::string nanosecond_stamp(std::int64_t wall_ns) {
  constexpr std::int64_t second = 1'000'000'000;
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:09}Z", fmt::gmtime(static_cast<std::time_t>(wall_ns / second)),
                     wall_ns % second);
}

std::string render_line(const LogLine& line, bool stamped) {
  return (stamped ? nanosecond_stamp(line.wall_ns) + " " : "") + line.text + "\n";
}

struct LogOrder {
  LogRequest request;
  bool follow = false, stamped = false;
  std::size_t tail = SIZE_MAX, limit_bytes = SIZE_MAX;
  std::int64_t since_ns = 0;
};

LogOrder parse_order(const Call& call, const std::string& container) {
  LogOrder order;
  order.request = {call.route.ns, call.route.name, container, call.flag("previous")};
  order.follow = call.flag("follow");
  order.stamped = call.flag("timestamps");
  if (const auto text = call.param("tailLines"); !text.empty()) order.tail = std::strtoul(text.c_str(), nullptr, 10);
  if (const auto text = call.param("limitBytes"); !text.empty())
    order.limit_bytes = std::strtoul(text.c_str(), nullptr, 10);
  if (const auto text = call.param("sinceTime"); !text.empty()) {
    if (const auto since = parse_wall(text)) order.since_ns = *since;
  }
  if (const auto text = call.param("sinceSeconds"); !text.empty()) {
    order.since_ns = wall_now_ns() - std::strtoll(text.c_str(), nullptr, 10) * 1'000'000'000;
  }
  return order;
}

std::string render_kept(const std::vector<LogLine>& lines, const LogOrder& order) {
  auto from =
      std::find_if(lines.begin(), lines.end(), [&](const LogLine& line) { return line.wall_ns >= order.since_ns; });
  if (static_cast<std::size_t>(lines.end() - from) > order.tail)
    from = lines.end() - static_cast<std::ptrdiff_t>(order.tail);
  std::string out;
  for (; from != lines.end() && out.size() < order.limit_bytes; ++from) out += render_line(*from, order.stamped);
  out.resize(std::min(out.size(), order.limit_bytes));
  return out;
}

}  // namespace

StoreResult<std::string> choose_container(const Call& call, const json& pod) {
  const auto& containers = array_or_empty(object_or_empty(pod, "spec"), "containers");
  const auto wanted = call.param("container");
  std::string all;
  for (const auto& container : containers) {
    const auto name = string_or(container, "name");
    if (name == wanted) return name;
    all += (all.empty() ? "" : " ") + name;
  }
  for (const char* list : {"initContainers", "ephemeralContainers"})
    for (const auto& container : array_or_empty(object_or_empty(pod, "spec"), list))
      if (!wanted.empty() && string_or(container, "name") == wanted) return wanted;
  if (!wanted.empty()) return bad_request("container " + wanted + " is not valid for pod " + call.route.name);
  if (containers.size() == 1) return all;
  return bad_request("a container name must be specified for pod " + call.route.name + ", choose one of: [" + all +
                     "]");
}

Answer read_log(const Call& call, const Store& store, const PodLogs& logs) {
  const auto pod = store.get("Pod", call.route.ns, call.route.name);
  if (!pod) return status_response(not_found(call.resource, call.route.name));
  const auto container = choose_container(call, *pod);
  if (!container) return status_response(container.error());
  const auto order = parse_order(call, *container);
  const auto kept = logs.read(order.request);
  if (!kept) return status_response(kept.error());
  auto text = render_kept(*kept, order);
  if (!order.follow) return Response{200, "text/plain", std::move(text), {}};
  Stream stream;
  stream.content_type = "text/plain";
  // No line is lost between the two: reading and following happen in one step of the server's thread, provided that
  // `start` is called before it gives up control, as the session does.
  stream.start = [text, order, follow = logs.follow](auto write, auto end) -> std::shared_ptr<void> {
    if (!text.empty()) write(text);
    auto on_line = [write, stamped = order.stamped](const LogLine& line) { write(render_line(line, stamped)); };
    return std::make_shared<Subscription>(follow(order.request, std::move(on_line), std::move(end)));
  };
  return stream;
}

}  // namespace straycat::cluster
