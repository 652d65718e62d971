#include "kube/query.hpp"

#include <fmt/format.h>

namespace straycat::kube {

namespace {

std::string encoded(const std::string& text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                       c == '.' || c == '_' || c == '~';
    if (plain)
      out.push_back(c);
    else
      out += fmt::format("%{:02X}", static_cast<unsigned>(static_cast<unsigned char>(c)));
  }
  return out;
}

Query selected(const Selection& selection) {
  Query query;
  if (!selection.labels.empty()) query.emplace_back("labelSelector", selection.labels);
  if (!selection.fields.empty()) query.emplace_back("fieldSelector", selection.fields);
  return query;
}

}  // namespace

std::string query_string(const Query& query) {
  std::string out;
  for (const auto& [key, value] : query) out += (out.empty() ? "?" : "&") + key + "=" + encoded(value);
  return out;
}

Query list_query(const Selection& selection, int limit, const std::string& continue_token) {
  auto query = selected(selection);
  if (limit > 0) query.emplace_back("limit", std::to_string(limit));
  if (!continue_token.empty()) query.emplace_back("continue", continue_token);
  return query;
}

Query watch_query(const Selection& selection, const std::string& resource_version, long timeout_seconds) {
  auto query = selected(selection);
  query.emplace_back("watch", "true");
  query.emplace_back("allowWatchBookmarks", "true");
  query.emplace_back("resourceVersion", resource_version);
  query.emplace_back("timeoutSeconds", std::to_string(timeout_seconds));
  return query;
}

}  // namespace straycat::kube
