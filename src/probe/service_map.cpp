#include <charconv>
#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <straycat/probe/service_map.hpp>

namespace straycat::probe {

namespace {

using json = nlohmann::json;

// A writer is done in microseconds, but may lose the processor in the middle.
constexpr int tries = 200;
constexpr std::size_t largest_map = 16u << 20;

std::uint64_t fnv1a64(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325ull;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ull;
  return hash;
}

std::string first_line_of(std::string_view body) { return fmt::format("{} {:016x}", body.size(), fnv1a64(body)); }

// What the first line promises is there; what follows (an older, longer text) does not count.
Result<std::string_view> checked_body(std::string_view text) {
  const auto newline = text.find('\n');
  if (newline == text.npos) return own_trouble("service map: no first line");
  std::size_t length = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + newline, length);
  if (error != std::errc{} || end == text.data() + newline || *end != ' ')
    return own_trouble("service map: bad first line");
  const std::string_view body = text.substr(newline + 1, length);
  std::uint64_t sum = 0;
  const auto parsed = std::from_chars(end + 1, text.data() + newline, sum, 16);
  if (parsed.ec != std::errc{} || body.size() != length || fnv1a64(body) != sum) {
    return own_trouble("service map: not whole");
  }
  return body;
}

Dial dial_of(const json& endpoint) {
  return {endpoint.at("address").get<std::string>(), endpoint.at("port").get<std::uint16_t>()};
}

MappedService service_of(const json& entry) {
  MappedService service;
  service.ns = entry.at("ns").get<std::string>();
  service.name = entry.at("name").get<std::string>();
  service.cluster_ip = entry.value("clusterIP", "");
  service.port = entry.at("port").get<std::uint16_t>();
  for (const json& endpoint : entry.at("endpoints")) service.endpoints.push_back(dial_of(endpoint));
  return service;
}

// "sayhi", "sayhi.NS", "sayhi.NS.svc", "sayhi.NS.svc.cluster.local", each also with a dot at its end.
bool is_named(const MappedService& service, std::string_view host, std::string_view own_ns) {
  if (host.ends_with('.')) host.remove_suffix(1);
  if (!service.cluster_ip.empty() && host == service.cluster_ip) return true;
  if (!host.starts_with(service.name)) return false;
  host.remove_prefix(service.name.size());
  if (host.empty()) return service.ns == own_ns;
  const std::string dotted = "." + service.ns;
  if (!host.starts_with(dotted)) return false;
  host.remove_prefix(dotted.size());
  return host.empty() || host == ".svc" || host == ".svc.cluster.local";
}

}  // namespace

Result<std::vector<MappedService>> parse_service_map(std::string_view text) {
  const Result<std::string_view> body = checked_body(text);
  if (!body) return body.error();
  try {
    std::vector<MappedService> services;
    const json document = json::parse(*body);
    for (const json& entry : document.at("services")) services.push_back(service_of(entry));
    return services;
  } catch (const json::exception& error) {
    return own_trouble(std::string("service map: ") + error.what());
  }
}

std::string format_service_map(const std::vector<MappedService>& services) {
  json list = json::array();
  for (const MappedService& service : services) {
    json endpoints = json::array();
    for (const Dial& dial : service.endpoints) endpoints.push_back({{"address", dial.address}, {"port", dial.port}});
    list.push_back({{"ns", service.ns},
                    {"name", service.name},
                    {"clusterIP", service.cluster_ip},
                    {"port", service.port},
                    {"endpoints", std::move(endpoints)}});
  }
  const std::string body = json::object({{"services", std::move(list)}}).dump();
  return first_line_of(body) + "\n" + body;
}

std::optional<ServiceChoice> choose_endpoint(const std::vector<MappedService>& services, std::string_view host,
                                             std::uint16_t port, std::string_view own_ns, std::mt19937_64& random) {
  std::optional<ServiceChoice> refusing;
  for (const MappedService& service : services) {
    if (!is_named(service, host, own_ns)) continue;
    if (service.port == port && !service.endpoints.empty()) {
      return ServiceChoice{service.cluster_ip, service.endpoints[random() % service.endpoints.size()]};
    }
    refusing = ServiceChoice{service.cluster_ip, {std::string(nobody_listens), port}};
  }
  return refusing;
}

ServiceMap::ServiceMap(std::string path, std::string own_ns) : path_(std::move(path)), own_ns_(std::move(own_ns)) {}

ServiceMap::~ServiceMap() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

std::optional<ServiceChoice> ServiceMap::choose(std::string_view host, std::uint16_t port, std::mt19937_64& random) {
  refresh();
  return choose_endpoint(services_, host, port, own_ns_, random);
}

// Keeps the last good state when the file cannot be read whole.
void ServiceMap::refresh() {
  for (int i = 0; i < tries; ++i) {
    if (!read_text()) return;
    const std::string_view first = std::string_view(text_).substr(0, text_.find('\n'));
    if (!first_line_.empty() && first == first_line_ && checked_body(text_)) return;
    if (Result<std::vector<MappedService>> parsed = parse_service_map(text_); parsed) {
      first_line_ = first;
      services_ = std::move(*parsed);
      return;
    }
    ::sched_yield();
  }
}

bool ServiceMap::read_text() {
  if (descriptor_ < 0) descriptor_ = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor_ < 0) return false;
  std::size_t used = 0;
  text_.resize(std::max<std::size_t>(text_.capacity(), 4096));
  while (text_.size() < largest_map) {
    const ssize_t got = ::pread(descriptor_, text_.data() + used, text_.size() - used, static_cast<off_t>(used));
    if (got <= 0) break;
    used += static_cast<std::size_t>(got);
    if (used == text_.size()) text_.resize(text_.size() * 2);
  }
  text_.resize(used);
  return used > 0;
}

}  // namespace straycat::probe
