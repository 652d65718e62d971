// The store over HTTPS, in the words of Kubernetes' API server 1.36. One thread: that of the io_context.
//
//   Tokens tokens;
//   auto identity = make_identity({"127.0.0.1", "localhost", node_address, "kubernetes.default.svc"});
//   ApiServer server{context, store, *identity, tokens, logs};
//   server.add_listener(fd);        // bound and listening already: a sandbox opens one before it unshares
//   context.run();
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "cluster/apiserver/store.hpp"
#include <straycat/core/result.hpp>

namespace straycat::cluster {

// One line that a container wrote, without its newline.
struct LogLine {
  std::int64_t wall_ns = 0;
  std::string text;
};

struct LogRequest {
  std::string ns, pod, container;  // container is never empty: the API server has chosen one
  bool previous = false;           // of the instance before the last restart
};

// Where pods' logs come from; the node fills it in. Both functions are called on the server's thread.
struct PodLogs {
  // All lines kept so far. An error is answered as it is (kubelet: 400 `container "c" in pod "p" is waiting to start:
  // ContainerCreating`).
  std::function<StoreResult<std::vector<LogLine>>(const LogRequest&)> read;
  // Each line written after this call, and the end of the container's instance (at once when it has ended already). No
  // call comes after the Subscription is destroyed. Both callbacks are called on the server's thread, never from inside
  // `follow`.
  std::function<Subscription(const LogRequest&, std::function<void(const LogLine&)> on_line,
                             std::function<void()> on_end)>
      follow;
};

// Who calls: "system:admin" with everything allowed, "system:serviceaccount:NS:NAME", "system:anonymous".
struct User {
  std::string name;
  std::vector<std::string> groups;
};

// The bearer tokens that are good. They live in memory only and end with the process.
class Tokens {
 public:
  Tokens();
  // For the kubeconfig: may do everything.
  [[nodiscard]] const std::string& admin() const { return admin_; }
  // For a pod's service account; the same one each time for the same account.
  [[nodiscard]] std::string issue_token(const std::string& ns, const std::string& service_account);
  // None: a token that nobody issued. An empty token is the anonymous user.
  [[nodiscard]] std::optional<User> who(const std::string& token) const;

 private:
  std::string admin_;
  std::map<std::string, User> users_;              // token -> user
  std::map<std::string, std::string> by_account_;  // "ns/name" -> token
};

// A certificate authority of our own and a server certificate of it, as PEM. Made anew for each cluster, good for a
// year.
struct TlsIdentity {
  std::string ca, certificate, key;
};
// `names`: host names and IPv4 addresses under which clients will call.
[[nodiscard]] Result<TlsIdentity> make_identity(const std::vector<std::string>& names);

class ApiServer {
 public:
  ApiServer(boost::asio::io_context& context, Store& store, const TlsIdentity& identity, Tokens& tokens, PodLogs logs);
  ~ApiServer();
  ApiServer(const ApiServer&) = delete;
  ApiServer& operator=(const ApiServer&) = delete;

  // Serves on a bound, listening TCP socket, which becomes the server's. More than one may be added.
  Result<> add_listener(int fd);
  // Closes listeners and connections; watches end.
  void stop();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

// A kubeconfig (JSON is YAML) for https://HOST:PORT with the CA inside.
[[nodiscard]] std::string make_kubeconfig(const TlsIdentity& identity, const std::string& server_url,
                                          const std::string& token);

}  // namespace straycat::cluster
