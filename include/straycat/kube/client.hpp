// A Kubernetes client: the verbs that straycat needs, over HTTPS. One io_context thread.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <nlohmann/json.hpp>

#include <straycat/core/result.hpp>
#include <straycat/core/time.hpp>
#include <straycat/kube/config.hpp>

namespace straycat::kube {

using json = nlohmann::json;

// A resource's place in the API. `resource_for_kind` knows the built-in kinds, and a few of other makers.
struct ResourceType {
  std::string group, version, plural, kind;  // "apps", "v1", "deployments", "Deployment"; group "" is core
  bool namespaced = true;
  // "/apis/apps/v1/namespaces/NS/deployments[/NAME]"; ns "" = all namespaces.
  [[nodiscard]] std::string path(const std::string& ns, const std::string& name = "") const;
};
[[nodiscard]] std::optional<ResourceType> resource_for_kind(std::string_view kind);
// From a manifest's apiVersion and kind, where they are among those that straycat knows. Errors (bad_input) name these.
[[nodiscard]] Result<ResourceType> resource_for(const json& object);
// That of an object whose kind the CustomResourceDefinition `definition` defines; none when it defines another.
[[nodiscard]] std::optional<ResourceType> resource_defined_by(const json& definition, const json& object);

// What the API server said no to: a Status object, in its own words. Or what it answered that is no answer: then `code`
// is a 2xx.
struct ApiError {
  int code = 0;        // HTTP status; 0 = it did not answer (transport)
  std::string reason;  // "NotFound", "Conflict", "Forbidden", "Expired", ...; "" for transport
  std::string message;
  std::optional<Nanos> retry_after;
  std::string asked{};  // "GET /api/v1/namespaces/shop/pods": without its query, which may hold anything
  [[nodiscard]] bool not_found() const { return code == 404; }
  // "404 NotFound: pods \"x\" not found".
  [[nodiscard]] std::string describe() const;
  // The same, with what was asked; own_trouble, except 400/422: bad_input.
  [[nodiscard]] Error to_error() const;
};
template <class T>
using ApiResult = boost::system::result<T, ApiError>;
[[noreturn]] void throw_exception_from_error(const ApiError& error, const boost::source_location& where);

struct ApplyOptions {
  std::string field_manager = "straycat";
  bool dry_run = false;
  bool force = false;
};

struct DeleteOptions {
  std::string uid;  // precondition; "" = none
  std::string propagation = "Background";
  std::optional<int> grace_seconds;
};

// What a watch tells, in order. An object is always a whole API object, but for its metadata.managedFields.
struct WatchReplaced {
  std::vector<json> objects;
};  // a (re)list: this is all there is now
struct WatchApplied {
  json object;
};
struct WatchDeleted {
  json object;
};
// The view was blind from `from` to `to` (this process's monotonic clock). Comes before the first item that was seen
// after it. `lost`: only the result of the changes in it is seen, as a WatchReplaced that follows; else (the stream was
// resumed where it ended) every change comes, but late. `reason` begins with "lost: " or "late: ".
struct WatchGap {
  Stamp from, to;
  std::string reason;
  bool lost = false;
};
// The server will never let us: RBAC says no, or the resource does not exist. The watch has ended.
struct WatchDenied {
  ApiError error;
};
using WatchItem = std::variant<WatchReplaced, WatchApplied, WatchDeleted, WatchGap, WatchDenied>;
using OnWatchItem = std::function<void(WatchItem)>;

// A hold on a watch under way: whether it told everything. A stream that has fallen silent looks like a quiet one.
// A copy holds the same watch; which of the two is gone first, holder or watch, does not matter.
class WatchHold {
 public:
  // Asks on a second connection what the server has beyond the watch's last word. What the watch's own stream does not
  // bring then ends that stream: the watch repairs itself, with its gap. Nothing = the watch told all that happened
  // until this call. Else the stretch that it cannot answer for, up to now (`lost`): it is still blind after `most`, or
  // the server could not be asked. Nothing, too, for a watch that is over or has not begun. It must have returned
  // before the watch is cancelled.
  boost::asio::awaitable<std::optional<WatchGap>> prove(Nanos most);

 private:
  friend class WatchShell;
  using Prove = std::function<boost::asio::awaitable<std::optional<WatchGap>>(Nanos)>;
  std::shared_ptr<Prove> prove_ = std::make_shared<Prove>();
};

struct WatchRequest {
  ResourceType resource;
  std::string ns;  // "" = all
  std::string label_selector, field_selector;
  WatchHold hold{};
};

struct LogRequest {
  std::string ns, pod, container;
  std::string since;  // RFC 3339: only lines that were taken then or later; "" = all that is kept
  Nanos idle{};       // no byte for so long: the stream is dead; 0 = never
};
// One line of a pod's log, without its newline.
struct LogLine {
  std::string_view text;
  std::string_view
      taken_at;       // RFC 3339, of the node's clock; "" = not a line of the container's: the kubelet's own words
  bool whole = true;  // false: the stream ended within it
};

class Client {
 public:
  Client(boost::asio::any_io_executor executor, Config config);
  ~Client();
  Client(Client&&) noexcept;

  [[nodiscard]] const Config& config() const;

  boost::asio::awaitable<ApiResult<json>> version();
  boost::asio::awaitable<ApiResult<json>> get(ResourceType type, std::string ns, std::string name);
  // All pages. What is no list, or has an item without a name, is an error: it says nothing of what there is.
  boost::asio::awaitable<ApiResult<json>> list(ResourceType type, std::string ns, std::string label_selector = {},
                                               std::string field_selector = {});
  // Page by page, at most 500 objects each. `first`: what earlier pages told is void (the list expired between two).
  using OnPage = std::function<void(json page, bool first)>;
  boost::asio::awaitable<std::optional<ApiError>> list_pages(ResourceType type, std::string ns,
                                                             std::string label_selector, std::string field_selector,
                                                             OnPage on_page);
  boost::asio::awaitable<ApiResult<json>> create(ResourceType type, std::string ns, json object);
  boost::asio::awaitable<ApiResult<json>> apply(json object, std::string ns, ApplyOptions options);
  boost::asio::awaitable<ApiResult<json>> apply(json object, std::string ns);  // with the default options
  boost::asio::awaitable<ApiResult<json>> apply(ResourceType type, json object, std::string ns, ApplyOptions options);
  boost::asio::awaitable<ApiResult<json>> merge_patch(ResourceType type, std::string ns, std::string name, json patch,
                                                      std::string subresource = {});
  boost::asio::awaitable<ApiResult<json>> remove(ResourceType type, std::string ns, std::string name,
                                                 DeleteOptions options);
  boost::asio::awaitable<ApiResult<json>> remove(ResourceType type, std::string ns, std::string name);
  // A pod's log as it grows; ends when the container ends, the stream breaks, or on_line says false. Whoever follows
  // again gets lines twice, and those that the node rotated away never.
  boost::asio::awaitable<ApiResult<void>> follow_log(LogRequest request, std::function<bool(const LogLine&)> on_line);
  // Any other call (proxy subresources, SelfSubjectAccessReview, discovery).
  boost::asio::awaitable<ApiResult<net::Response>> raw(std::string method, std::string path, std::string body = {},
                                                       std::string content_type = {});

  // The same without a body, once, with any status as an answer: what a proxy subresource's target says is no error of
  // the API. Errors: the transport's.
  boost::asio::awaitable<Result<net::Response>> ask(std::string method, std::string path);

  // The API server is known to be gone: from now on each call fails at once, so; no watch comes back.
  void give_up(std::string why);
  // How long every request has gone without an answer; none: the last one got one, or there was none.
  [[nodiscard]] std::optional<Nanos> silence() const;

  // Lists and watches until cancelled or denied, reconnecting by itself; `on_item` is called on the executor.
  boost::asio::awaitable<void> watch(WatchRequest request, OnWatchItem on_item);

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace straycat::kube
