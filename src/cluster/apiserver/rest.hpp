// The API server's answers, without its transport: one Request in, one Answer out.
#pragma once

#include <boost/asio/any_io_executor.hpp>

#include "cluster/apiserver/apiserver.hpp"
#include "cluster/apiserver/request.hpp"
#include "cluster/kinds/row.hpp"
#include "cluster/store/store.hpp"

namespace straycat::cluster {

class Rest {
 public:
  Rest(boost::asio::any_io_executor executor, Store& store, Tokens& tokens, PodFaces pods);
  [[nodiscard]] Answer handle(const Request& request);

 private:
  boost::asio::any_io_executor executor_;
  Store& store_;
  Tokens& tokens_;
  PodFaces pods_;
};

// The token in the value of an Authorization header; "" when there is none.
[[nodiscard]] std::string bearer(const std::string& header);

// A request to a served resource, taken apart.
struct Call {
  const Request& request;
  Route route;
  const KindRow& resource;
  std::map<std::string, std::string> query;

  [[nodiscard]] std::string param(const std::string& key) const;
  [[nodiscard]] bool flag(const std::string& key) const;  // true, 1
  [[nodiscard]] bool wants_table() const;
};

// read.cpp
[[nodiscard]] Answer get_object(const Call& call, const Store& store);
[[nodiscard]] Answer list_objects(const Call& call, const Store& store);
// watch.cpp
[[nodiscard]] Answer watch_objects(const Call& call, Store& store, boost::asio::any_io_executor executor);
// write.cpp
[[nodiscard]] Answer create_object(const Call& call, Store& store);
[[nodiscard]] Answer replace_object(const Call& call, Store& store);
[[nodiscard]] Answer patch_object(const Call& call, Store& store);
// removal.cpp
[[nodiscard]] Answer delete_object(const Call& call, Store& store);
[[nodiscard]] Answer delete_collection(const Call& call, Store& store);
// eviction.cpp
[[nodiscard]] Answer evict_pod(const Call& call, Store& store);
// pod_log.cpp
[[nodiscard]] Answer read_log(const Call& call, const Store& store, const PodLogs& logs);
// recital.cpp: where the client asked for a WebSocket, the body of a log or a watch goes over it, a message a piece
// (apiserver pkg/util/wsstream); anything else is answered as ever.
[[nodiscard]] Answer over_socket(Answer answer, const Request& request);
// connect.cpp: pods/NAME/exec, attach and portforward
[[nodiscard]] Answer connect_to_pod(const Call& call, const Store& store, const PodStreams& streams,
                                    boost::asio::any_io_executor executor);
// The container that was asked for, or the only one (pkg/registry/core/pod/strategy.go LogLocation).
[[nodiscard]] StoreResult<std::string> choose_container(const Call& call, const json& pod);
// forward.cpp: services/NAME[:PORT]/proxy and pods/NAME[:PORT]/proxy
[[nodiscard]] Answer forward_to_pod(const Call& call, const Store& store);

// An object as GET shows it, or its row when the client asked for a Table.
[[nodiscard]] Response object_response(const Call& call, int code, const json& object);
// As the version that was asked for has it: it may be stored in another, or from before a default.
[[nodiscard]] json as_served(const KindRow& row, const json& object);
// autoscaling/v1 Scale of a workload.
[[nodiscard]] json scale_of(const json& object, const KindRow& row);

// plain_paths.cpp: /api, /apis, /version, /openapi and their children; none when the path is not one of these.
[[nodiscard]] std::optional<Response> answer_plain_path(const Request& request, const Store& store);
// reviews.cpp: questions that are answered and not stored; none when the route is no such.
[[nodiscard]] const std::vector<KindRow>& review_kinds();
[[nodiscard]] std::optional<Response> answer_review(const Request& request, const Route& route, const Store& store,
                                                    const Tokens& tokens, const User& user);
[[nodiscard]] Answer create_token(const Call& call, const Store& store, Tokens& tokens);
[[nodiscard]] std::optional<Response> answer_issuer_path(const std::string& path, const Tokens& tokens);
// authorize.cpp: the RBAC rules that are in the store, for everybody but the admin.
struct Attributes {
  std::string verb, group, resource, subresource, ns, name, path;  // path: of a non-resource request
};
[[nodiscard]] bool allowed(const Store& store, const User& user, const Attributes& attributes);
// SubjectRulesReviewStatus: all that a user may do in a namespace.
[[nodiscard]] json rules_for(const Store& store, const User& user, const std::string& ns);
[[nodiscard]] Status forbidden_for(const User& user, const Attributes& attributes);

}  // namespace straycat::cluster
