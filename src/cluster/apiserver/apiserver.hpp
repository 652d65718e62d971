// The store over HTTPS, in the words of Kubernetes' API server 1.36. One thread: that of the io_context.
//
//   Tokens tokens;
//   auto identity = make_identity({"127.0.0.1", "localhost", node_address, "kubernetes.default.svc"});
//   ApiServer server{context, store, *identity, tokens, {logs}};
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

#include "cluster/store/pod_faces.hpp"
#include "cluster/store/store.hpp"
#include <straycat/core/result.hpp>
#include <straycat/core/time.hpp>

namespace straycat::cluster {

class SigningKey;

// Who calls: "system:admin" with everything allowed, "system:serviceaccount:NS:NAME", "system:anonymous".
struct User {
  std::string name;
  std::vector<std::string> groups;
  std::string uid = {};
  std::map<std::string, std::vector<std::string>> extra = {};
};

// A token that is wanted for a service account (authentication.k8s.io TokenRequest).
struct TokenOrder {
  std::string ns, account, account_uid;
  std::string pod = {}, pod_uid = {}, node = {}, node_uid = {};  // to whom it is bound: with the pod it ends
  std::vector<std::string> audiences = {};                       // none: this API server
  std::int64_t seconds = 3600;
  bool lasting =
      false;  // the node's, which does not renew what it has put into a pod: good as long as the pod is there
};
struct IssuedToken {
  std::string token;
  std::int64_t expires = 0;  // seconds since 1970
};

inline constexpr const char* token_issuer = "https://kubernetes.default.svc.cluster.local";

// The bearer tokens that are good. They live in memory only and end with the process.
class Tokens {
 public:
  Tokens();
  ~Tokens();
  // For the kubeconfig: may do everything.
  [[nodiscard]] const std::string& admin() const { return admin_; }
  // For a pod's service account; the same one each time for the same account.
  [[nodiscard]] std::string issue_token(const std::string& ns, const std::string& service_account);
  // A new one each time, which whoever has public_keys() can check.
  [[nodiscard]] IssuedToken issue(const TokenOrder& order);
  [[nodiscard]] json public_keys() const;
  // Whether those whom it is bound to are still there, and for whom it was made; unbound ones are for this API server.
  [[nodiscard]] bool good_for(const std::string& token, const Store& store,
                              const std::vector<std::string>& audiences) const;
  // None: a token that nobody issued. An empty token is the anonymous user.
  [[nodiscard]] std::optional<User> who(const std::string& token) const;
  // Whether somebody has signed in with it; the anonymous user has not.
  [[nodiscard]] bool knows(const std::string& token) const { return users_.contains(token); }

 private:
  struct Bound {
    TokenOrder order;
    std::int64_t expires = 0;  // 0: never
  };

  std::string admin_;
  std::map<std::string, User> users_;              // token -> user
  std::map<std::string, Bound> bound_;             // those that issue() made
  std::map<std::string, std::string> by_account_;  // "ns/name" -> token
  std::unique_ptr<SigningKey> key_;                // made when the first is asked for
};

// A certificate authority of our own and a server certificate of it, as PEM. Made anew for each cluster, good for a
// year.
struct TlsIdentity {
  std::string ca, certificate, key;
};
// `names`: host names and IPv4 addresses under which clients will call.
[[nodiscard]] Result<TlsIdentity> make_identity(const std::vector<std::string>& names);

// What callers may cost. The port is open to every user of the machine.
struct ApiLimits {
  std::size_t strangers = 128;                        // connections that have not signed in; then the oldest goes
  Nanos stranger_life = std::chrono::seconds{10};     // from its beginning until it has signed in
  std::size_t stream = 16 << 20, streams = 64 << 20;  // bytes that one watcher, and all, may be behind
  Nanos reader_patience = std::chrono::seconds{30};   // for each 64 KiB that a reader is sent
};

class ApiServer {
 public:
  ApiServer(boost::asio::io_context& context, Store& store, const TlsIdentity& identity, Tokens& tokens, PodFaces pods,
            const ApiLimits& limits = ApiLimits());
  ~ApiServer();
  ApiServer(const ApiServer&) = delete;
  ApiServer& operator=(const ApiServer&) = delete;

  // Serves on a bound, listening TCP socket, which becomes the server's. More than one may be added.
  Result<> add_listener(int fd);
  // Closes listeners and connections; watches end.
  void stop();

  // Faults on order. Away: connections are cut, and whoever calls is hung up on.
  void set_away(bool away);
  // Every watch ends, as at the end of its time.
  void end_watches();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

// A kubeconfig (JSON is YAML) for https://HOST:PORT with the CA inside.
[[nodiscard]] std::string make_kubeconfig(const TlsIdentity& identity, const std::string& server_url,
                                          const std::string& token);

}  // namespace straycat::cluster
