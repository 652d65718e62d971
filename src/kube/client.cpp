#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include "kube/answers.hpp"
#include "kube/caller.hpp"
#include "kube/json_text.hpp"
#include "kube/query.hpp"
#include <straycat/kube/client.hpp>

namespace straycat::kube {

namespace asio = boost::asio;

// Every aggregate is a variable before it is awaited with: g++ 12 destroys a temporary aggregate of a co_await
// expression twice.
namespace {

constexpr const char* json_type = "application/json";

std::string dumped(const json& object) { return object.dump(-1, ' ', false, json::error_handler_t::replace); }

// json converts to anything, ApiError included: the value must say that it is one.
ApiResult<json> value(json&& object) { return ApiResult<json>{boost::system::in_place_value, std::move(object)}; }

// What comes with a 2xx must be what was asked for, or half of what follows would rest on it.
class Answer {
 public:
  Answer(ApiResult<net::Response> response, std::string asked)
      : response_(std::move(response)), asked_(std::move(asked)) {}

  ApiResult<json> any() {
    if (!response_) return response_.error();
    auto parsed = parse_json(response_->body);
    if (!parsed || !parsed->is_object()) return junk("a JSON object");
    return value(std::move(*parsed));
  }
  // `name` "": any.
  ApiResult<json> object(const std::string& kind, const std::string& name) {
    auto one = any();
    if (!one) return one;
    const auto called = text_at(*one, {"metadata", "name"});
    const bool is_it = text_at(*one, {"kind"}) == kind && !called.empty() && (name.empty() || called == name);
    if (!is_it) return junk(fmt::format("{} {}", kind, name.empty() ? "with a name" : name));
    return one;
  }
  ApiResult<json> list() {
    auto page = any();
    if (!page) return page;
    if (const auto why = list_trouble(*page); !why.empty()) return junk(fmt::format("a list ({})", why));
    return page;
  }
  ApiResult<json> version() {
    auto one = any();
    if (one && text_at(*one, {"gitVersion"}).empty()) return junk("a version");
    return one;
  }

 private:
  ApiError junk(const std::string& wanted) const {
    auto error = error_from_junk(*response_, wanted);
    error.asked = asked_;
    return error;
  }
  ApiResult<net::Response> response_;
  std::string asked_;
};

// A server whose pages never end is told from a big cluster: 5 million objects.
constexpr int most_pages = 10'000;

constexpr std::size_t longest_log_line = 16u << 20;

// "2026-11-25T10:00:00.000000001Z text", as a log with timestamps is served.
LogLine split_log_line(std::string_view line, bool whole) {
  const auto space = line.find(' ');
  const auto stamp = line.substr(0, space);
  const bool stamped = stamp.size() >= 20 && stamp[4] == '-' && stamp[10] == 'T' && stamp[0] >= '0' && stamp[0] <= '9';
  if (!stamped) return {line, {}, whole};
  return {space == std::string_view::npos ? std::string_view{} : line.substr(space + 1), stamp, whole};
}

}  // namespace

struct Client::Impl {
  Impl(asio::any_io_executor executor, Config settings)
      : config(std::move(settings)), caller(std::move(executor), config) {}
  asio::awaitable<Answer> ask(Call call) {
    auto what = asked(call);
    auto response = co_await caller.call(std::move(call));
    co_return Answer{std::move(response), std::move(what)};
  }
  Config config;
  Caller caller;
};

Client::Client(asio::any_io_executor executor, Config config)
    : impl_(std::make_shared<Impl>(std::move(executor), std::move(config))) {}
Client::~Client() = default;
Client::Client(Client&&) noexcept = default;

const Config& Client::config() const { return impl_->config; }

asio::awaitable<ApiResult<json>> Client::version() {
  const auto keep = impl_;
  Call call{.path = "/version"};
  co_return (co_await keep->ask(std::move(call))).version();
}

asio::awaitable<ApiResult<json>> Client::get(ResourceType type, std::string ns, std::string name) {
  const auto keep = impl_;
  Call call{.path = type.path(ns, name)};
  co_return (co_await keep->ask(std::move(call))).object(type.kind, name);
}

asio::awaitable<std::optional<ApiError>> Client::list_pages(ResourceType type, std::string ns,
                                                            std::string label_selector, std::string field_selector,
                                                            OnPage on_page) {
  const auto keep = impl_;
  std::string token;
  int limit = 500;
  const Selection selection{label_selector, field_selector};
  for (int pages = 0; pages < most_pages; ++pages) {
    Call call = list_call(type.path(ns), selection, limit, token);
    auto page = (co_await keep->ask(std::move(call))).list();
    if (!page && page.error().code == 410 && !token.empty()) {  // expired between pages: all at once cannot
      token.clear();
      limit = 0;
      continue;
    }
    if (!page) co_return page.error();
    const bool first = token.empty();
    token = text_at(*page, {"metadata", "continue"});
    on_page(std::move(*page), first);
    if (token.empty()) co_return std::nullopt;
  }
  co_return ApiError{200, "", fmt::format("the API server's list of {} has no end", type.plural), std::nullopt};
}

asio::awaitable<ApiResult<json>> Client::list(ResourceType type, std::string ns, std::string label_selector,
                                              std::string field_selector) {
  json all;
  OnPage on_page = [&all](json page, bool first) {
    if (first)
      all = std::move(page);
    else if (page.contains("items") && page["items"].is_array())
      for (auto& item : page["items"]) all["items"].push_back(std::move(item));
  };
  const auto failed = co_await list_pages(std::move(type), std::move(ns), std::move(label_selector),
                                          std::move(field_selector), std::move(on_page));
  if (failed) co_return *failed;
  co_return value(std::move(all));
}

asio::awaitable<ApiResult<json>> Client::create(ResourceType type, std::string ns, json object) {
  const auto keep = impl_;
  const auto name = text_at(object, {"metadata", "name"});  // beside a co_await its list of keys stops g++ 12
  Call call{.method = "POST",
            .path = type.path(ns) + "?fieldManager=straycat&fieldValidation=Strict",
            .body = dumped(object),
            .content_type = json_type,
            .idempotent = false};
  co_return (co_await keep->ask(std::move(call))).object(type.kind, name);
}

// An overload, and no default argument, which would be an aggregate temporary in the caller's co_await.
asio::awaitable<ApiResult<json>> Client::apply(json object, std::string ns) {
  ApplyOptions defaults;
  return apply(std::move(object), std::move(ns), std::move(defaults));
}

asio::awaitable<ApiResult<json>> Client::apply(json object, std::string ns, ApplyOptions options) {
  const auto keep = impl_;
  const auto type = resource_for(object);
  if (!type) co_return ApiError{400, "BadRequest", type.error().message, std::nullopt};
  co_return co_await apply(*type, std::move(object), std::move(ns), std::move(options));
}

asio::awaitable<ApiResult<json>> Client::apply(ResourceType type, json object, std::string ns, ApplyOptions options) {
  const auto keep = impl_;
  const auto name = text_at(object, {"metadata", "name"});
  if (name.empty()) co_return ApiError{400, "BadRequest", type.kind + " without metadata.name", std::nullopt};
  Query query{{"fieldManager", options.field_manager}, {"fieldValidation", "Strict"}};
  if (options.dry_run) query.emplace_back("dryRun", "All");
  if (options.force) query.emplace_back("force", "true");
  Call call{.method = "PATCH",
            .path = type.path(ns, name) + query_string(query),
            .body = dumped(object),  // JSON is YAML
            .content_type = "application/apply-patch+yaml",
            .idempotent = true};
  co_return (co_await keep->ask(std::move(call))).object(type.kind, name);
}

asio::awaitable<ApiResult<json>> Client::merge_patch(ResourceType type, std::string ns, std::string name, json patch,
                                                     std::string subresource) {
  const auto keep = impl_;
  auto path = type.path(ns, name);
  if (!subresource.empty()) path += "/" + subresource;
  const std::string kind = subresource == "scale" ? "Scale" : type.kind;  // beside the co_await g++ 12 frees it twice
  Call call{.method = "PATCH",
            .path = path + "?fieldManager=straycat",
            .body = dumped(patch),
            .content_type = "application/merge-patch+json",
            .idempotent = true};
  co_return (co_await keep->ask(std::move(call))).object(kind, name);
}

asio::awaitable<ApiResult<json>> Client::remove(ResourceType type, std::string ns, std::string name) {
  DeleteOptions defaults;
  return remove(std::move(type), std::move(ns), std::move(name), std::move(defaults));
}

asio::awaitable<ApiResult<json>> Client::remove(ResourceType type, std::string ns, std::string name,
                                                DeleteOptions options) {
  const auto keep = impl_;
  json body{{"kind", "DeleteOptions"}, {"apiVersion", "v1"}, {"propagationPolicy", options.propagation}};
  if (!options.uid.empty()) body["preconditions"] = {{"uid", options.uid}};
  if (options.grace_seconds) body["gracePeriodSeconds"] = *options.grace_seconds;
  Call call{.method = "DELETE",
            .path = type.path(ns, name),
            .body = dumped(body),
            .content_type = json_type,
            .idempotent = true};
  co_return (co_await keep->ask(std::move(call))).any();  // the object, or a Status
}

asio::awaitable<ApiResult<void>> Client::follow_log(LogRequest request, std::function<bool(const LogLine&)> on_line) {
  const auto keep = impl_;
  Query query{{"follow", "true"}, {"timestamps", "true"}};
  if (!request.container.empty()) query.emplace_back("container", request.container);
  if (!request.since.empty()) query.emplace_back("sinceTime", request.since);
  std::string rest;
  const auto on_data = [&](std::string_view piece) {
    rest += piece;
    std::size_t from = 0;
    for (auto end = rest.find('\n'); end != std::string::npos; end = rest.find('\n', from)) {
      if (!on_line(split_log_line(std::string_view{rest}.substr(from, end - from), true))) return false;
      from = end + 1;
    }
    rest.erase(0, from);
    return rest.size() <= longest_log_line;
  };
  Call call{.path = resource_for_kind("Pod")->path(request.ns, request.pod) + "/log" + query_string(query)};
  const auto path = asked(call);
  auto answer = co_await keep->caller.stream(call, request.idle, nullptr, on_data);
  if (!answer) co_return answer.error();
  if (answer->status < 200 || answer->status >= 300) {
    auto error = error_from(*answer);
    error.asked = path;
    co_return error;
  }
  if (!rest.empty()) on_line(split_log_line(rest, false));
  co_return ApiResult<void>{};
}

asio::awaitable<ApiResult<net::Response>> Client::raw(std::string method, std::string path, std::string body,
                                                      std::string content_type) {
  const auto keep = impl_;
  // A review of one's own rights is a question, though it is a POST.
  const bool reads = method == "GET" || method == "HEAD" || path.find("/selfsubject") != std::string::npos;
  Call call{.method = std::move(method),
            .path = std::move(path),
            .body = std::move(body),
            .content_type = std::move(content_type),
            .idempotent = reads};
  co_return co_await keep->caller.call(std::move(call));
}

asio::awaitable<Result<net::Response>> Client::ask(std::string method, std::string path) {
  const auto keep = impl_;
  Call call{.method = std::move(method), .path = std::move(path), .max_body = 64u << 20};
  unsigned generation = 0;
  call.generation = &generation;
  auto answer = co_await keep->caller.once(call);
  // A sign-in that has expired is renewed once, as for any call.
  if (answer && answer->status == 401 && keep->caller.renew(generation))
    answer = co_await keep->caller.once(std::move(call));
  co_return answer;
}

void Client::give_up(std::string why) { impl_->caller.give_up(std::move(why)); }

std::optional<Nanos> Client::silence() const { return impl_->caller.silence(); }

asio::awaitable<void> Client::watch(WatchRequest request, OnWatchItem on_item) {
  const auto keep = impl_;
  co_await run_watch(keep->caller, std::move(request), std::move(on_item));
}

}  // namespace straycat::kube
