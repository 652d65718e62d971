#include "cluster/apiserver/request.hpp"

#include <algorithm>

namespace straycat::cluster {
namespace {

int hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string decoded(std::string_view text, bool plus_is_space) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && hex(text[i + 1]) >= 0 && hex(text[i + 2]) >= 0) {
      out += static_cast<char>(hex(text[i + 1]) * 16 + hex(text[i + 2]));
      i += 2;
    } else {
      out += plus_is_space && text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

// A path's segments, decoded, and where each ends in the path.
struct Segments {
  std::vector<std::string> text;
  std::vector<std::size_t> end;
};

Segments segments(const std::string& path) {
  Segments out;
  for (std::size_t from = 1; from < path.size();) {
    const auto to = std::min(path.find('/', from), path.size());
    out.text.push_back(percent_decoded(std::string_view(path).substr(from, to - from)));
    out.end.push_back(to);
    from = to + 1;
  }
  return out;
}

std::vector<std::pair<std::string, std::string>> pairs_of(const std::string& target) {
  std::vector<std::pair<std::string, std::string>> out;
  const auto mark = target.find('?');
  if (mark == std::string::npos) return out;
  const std::string_view text = std::string_view(target).substr(mark + 1);
  for (std::size_t from = 0; from < text.size();) {
    const auto to = std::min(text.find('&', from), text.size());
    const auto pair = text.substr(from, to - from);
    const auto equals = std::min(pair.find('='), pair.size());
    const auto value = equals < pair.size() ? pair.substr(equals + 1) : std::string_view{};
    out.emplace_back(decoded(pair.substr(0, equals), true), decoded(value, true));
    from = to + 1;
  }
  return out;
}

}  // namespace

std::string percent_decoded(std::string_view text) { return decoded(text, false); }

std::string Request::path() const { return target.substr(0, target.find('?')); }

std::map<std::string, std::string> Request::query() const {
  std::map<std::string, std::string> out;
  for (auto& [key, value] : pairs_of(target)) out.emplace(std::move(key), std::move(value));
  return out;
}

std::vector<std::string> Request::values(const std::string& key) const {
  std::vector<std::string> out;
  for (auto& [name, value] : pairs_of(target))
    if (name == key) out.push_back(std::move(value));
  return out;
}

Response json_response(int code, const json& body) {
  return {code, "application/json", body.dump(-1, ' ', false, json::error_handler_t::replace) + "\n", {}};
}

Response status_response(const Status& status) { return json_response(status.code, to_json(status)); }

std::optional<Route> parse_route(const std::string& path) {
  const auto [parts, ends] = segments(path);
  Route route;
  std::size_t at = 0;
  if (parts.size() >= 3 && parts[0] == "api") {
    route.version = parts[1];
    at = 2;
  } else if (parts.size() >= 4 && parts[0] == "apis") {
    route.group = parts[1];
    route.version = parts[2];
    at = 3;
  } else {
    return std::nullopt;
  }
  // "namespaces/NS/RESOURCE" scopes; "namespaces/NS" and its subresources are the namespace itself.
  const bool scoped =
      parts[at] == "namespaces" && parts.size() > at + 2 && parts[at + 2] != "status" && parts[at + 2] != "finalize";
  if (scoped) {
    route.ns = parts[at + 1];
    at += 2;
  }
  route.resource = parts[at];
  if (parts.size() > at + 1) route.name = parts[at + 1];
  if (parts.size() > at + 2) {
    route.subresource = parts[at + 2];
    route.rest = path.substr(ends[at + 2]);
  }
  return route;
}

}  // namespace straycat::cluster
