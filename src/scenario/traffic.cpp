#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "context.hpp"
#include "formats.hpp"
#include "userinfo.hpp"

namespace straycat::scenario {
namespace {

using yaml::Node;

// "sayhi", "sayhi.NS", "sayhi.NS.svc", "sayhi.NS.svc.cluster.local", with a final dot perhaps -> name and namespace.
std::optional<std::pair<std::string, std::string>> service_in(std::string host) {
  if (host.ends_with('.')) host.pop_back();
  for (const std::string suffix : {".svc.cluster.local", ".svc"}) {
    if (host.ends_with(suffix)) {
      host.resize(host.size() - suffix.size());
      if (host.find('.') == std::string::npos) return std::nullopt;  // "sayhi.svc" names a namespace "svc" at best
      break;
    }
  }
  const std::size_t dot = host.find('.');
  const std::string name = host.substr(0, dot), ns = dot == std::string::npos ? "" : host.substr(dot + 1);
  if (!is_label_name(name) || (!ns.empty() && !is_label_name(ns))) return std::nullopt;
  return std::pair(name, ns);
}

std::map<std::string, std::string> read_texts(const Node& node) {
  std::map<std::string, std::string> texts;
  for (const Node::Pair& pair : node.pairs) texts[pair.key.value.get<std::string>()] = pair.value.scalar;
  return texts;
}

class Reader {
 public:
  explicit Reader(Context& context) : context_(context) {}

  plan::TrafficPlan read(const Node& node, bool alone) {
    plan::TrafficPlan traffic;
    traffic.name = name(node, alone);
    if (const Node* from = node.find("from")) traffic.from = from_word<Origin>(from->scalar).value_or(Origin::unknown);
    if (const Node* method = node.find("method")) traffic.method = method->scalar;
    if (const Node* headers = node.find("headers")) traffic.headers = read_texts(*headers);
    pace(node, traffic.pace);
    timeouts(node, traffic);
    keep_alive(node, traffic);
    if (const Node* expect = node.find("expect")) answer(*expect, traffic.expect);
    url(node, traffic);
    return traffic;
  }

 private:
  std::string name(const Node& node, bool alone) {
    const Node* given = node.find("name");
    if (given == nullptr) {
      if (!alone) context_.add(node, "where there are several, each traffic needs a name");
      return "traffic";
    }
    if (!names_.insert(given->scalar).second)
      context_.add(*given, fmt::format("two traffics are named \"{}\"", given->scalar));
    return given->scalar;
  }

  void pace(const Node& node, plan::Pace& pace) {
    if (const Node* rate = node.find("rate")) pace.rate_per_second = parse_rate(rate->scalar).value_or(0);
    const Node* loops = node.find("loops");
    if (loops == nullptr) return;
    pace.loops = loops->value.get<int>();
    pace.pause = std::chrono::seconds{1};
    if (const Node* pause = node.find("pause")) pace.pause = read_duration(*pause, context_, true);
  }

  void timeouts(const Node& node, plan::TrafficPlan& traffic) {
    if (const Node* timeout = node.find("timeout")) traffic.timeout = read_duration(*timeout, context_);
    traffic.connect_timeout = std::min(traffic.connect_timeout, traffic.timeout);
    const Node* connect = node.find("connectTimeout");
    if (connect == nullptr) return;
    traffic.connect_timeout = read_duration(*connect, context_);
    if (traffic.connect_timeout > traffic.timeout) {
      context_.add(*connect, fmt::format("connecting may not take longer than the whole request ({})",
                                         format_duration(traffic.timeout)));
    }
  }

  void keep_alive(const Node& node, plan::TrafficPlan& traffic) {
    const Node* share = node.find("keepAlive");
    if (share == nullptr) return;
    traffic.keep_alive = parse_share(share->scalar).value_or(0);
    if (traffic.from == Origin::api && traffic.keep_alive > 0)
      context_.add(*share,
                   "through the API server's proxy the connections are its own: nobody can ask it to keep them");
  }

  static void answer(const Node& node, plan::ExpectedAnswer& expect) {
    if (const Node* status = node.find("status")) {
      expect.statuses.clear();
      for (const Node* each : one_or_many(*status)) expect.statuses.push_back(each->value.get<int>());
    }
    if (const Node* body = node.find("body")) expect.body = body->scalar;
    if (const Node* part = node.find("bodyContains")) expect.body_contains = part->scalar;
  }

  void url(const Node& node, plan::TrafficPlan& traffic) {
    const Node& text = *node.find("url");
    traffic.url = text.scalar;
    move_userinfo(traffic);
    const std::optional<Url> url = parse_url(text.scalar);
    if (!url) return;  // its shape was checked before
    if (url->port < 1 || url->port > 65535) context_.add(text, fmt::format("there is no port {}", url->port));
    traffic.service_port = url->port;
    if (const Node* given = node.find("service")) {
      const std::size_t dot = given->scalar.find('.');
      traffic.service = given->scalar.substr(0, dot);
      if (dot != std::string::npos) traffic.service_ns = given->scalar.substr(dot + 1);
      return;
    }
    infer_service(text, url->host, traffic);
  }

  void infer_service(const Node& text, const std::string& host, plan::TrafficPlan& traffic) {
    const auto named = service_in(host);
    if (!named) {
      return context_.add(text, fmt::format("\"{}\" does not say which Service is behind it", host),
                          "add service: NAME to this traffic");
    }
    traffic.service = named->first;
    traffic.service_ns = named->second;
    std::vector<std::string> services;
    for (const Made& made : context_.made) {
      if (made.target.kind != "Service") continue;
      if (made.target.name == named->first && made.target.ns == named->second) return;
      services.push_back(made.target.name);
    }
    const std::string shown = named->second.empty() ? named->first : named->first + "." + named->second;
    context_.add(text,
                 fmt::format("no step makes the Service \"{}\"{}", shown, yaml::suggestion(named->first, services)),
                 fmt::format("if it is there without this scenario, say so: service: {}", shown));
  }

  Context& context_;
  std::set<std::string> names_;
};

}  // namespace

std::vector<plan::TrafficPlan> read_traffic(const Node& traffic, Context& context) {
  Reader reader(context);
  std::vector<plan::TrafficPlan> all;
  for (const Node& node : traffic.items) all.push_back(reader.read(node, traffic.items.size() == 1));
  return all;
}

}  // namespace straycat::scenario
