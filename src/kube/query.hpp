// Query strings of the Kubernetes API. Pure; private to `kube`.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace straycat::kube {

using Query = std::vector<std::pair<std::string, std::string>>;

// "?a=b&c=d", values percent-encoded (RFC 3986: all but unreserved characters); "" for an empty query.
[[nodiscard]] std::string query_string(const Query& query);

struct Selection {
  std::string labels, fields;
};
[[nodiscard]] Query list_query(const Selection& selection, int limit, const std::string& continue_token);
[[nodiscard]] Query watch_query(const Selection& selection, const std::string& resource_version, long timeout_seconds);

}  // namespace straycat::kube
