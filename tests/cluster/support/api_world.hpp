// An API server of ours on 127.0.0.1 with a store of its own, in a thread, and a client that speaks TLS to it.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include "cluster/apiserver/apiserver.hpp"

namespace straycat::cluster::testing_world {

struct HttpAnswer {
  int code = 0;
  std::string head, body;  // body: chunks joined
  [[nodiscard]] json object() const { return json::parse(body, nullptr, false); }
};

// Lines that a pod "wrote", and who follows them. All on the server's thread.
struct FakeLogs {
  std::vector<LogLine> lines;
  std::function<void(const LogLine&)> on_line;
  std::function<void()> on_end;
};

class ApiWorld {
 public:
  explicit ApiWorld(const ApiLimits& limits = ApiLimits());
  ~ApiWorld();
  ApiWorld(const ApiWorld&) = delete;
  ApiWorld& operator=(const ApiWorld&) = delete;

  // Runs on the server's thread, and waits for it.
  void with_store(const std::function<void(Store&)>& step);
  void with_server(const std::function<void(ApiServer&)>& step);
  void with_logs(const std::function<void(FakeLogs&)>& step);

  [[nodiscard]] HttpAnswer get(const std::string& target, const std::string& accept = "application/json");
  [[nodiscard]] HttpAnswer send(const std::string& method, const std::string& target, const std::string& body,
                                const std::string& content_type = "application/json");
  // The whole request as text after the request line's "METHOD TARGET"; `token` "" = anonymous.
  [[nodiscard]] HttpAnswer request(const std::string& method, const std::string& target,
                                   const std::vector<std::string>& headers, const std::string& body,
                                   const std::string& token);
  // Raw bytes over one TLS connection; the answer is whatever came until the server closed.
  [[nodiscard]] std::string raw(const std::string& bytes);

  // The same, but the client goes away once the first bytes of the answer are there.
  [[nodiscard]] std::string hang_up_after_answer(const std::string& bytes);

  [[nodiscard]] int port() const { return port_; }
  [[nodiscard]] const std::string& certificate_authority() const { return identity_.ca; }
  [[nodiscard]] Tokens& tokens() { return tokens_; }
  [[nodiscard]] std::string kubeconfig() const;

 private:
  [[nodiscard]] std::string exchange(const std::string& bytes, bool to_the_end);
  void step(const std::function<void()>& what);

  boost::asio::io_context context_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{context_.get_executor()};
  Store store_{context_.get_executor()};
  Tokens tokens_;
  TlsIdentity identity_;
  FakeLogs logs_;
  std::unique_ptr<ApiServer> server_;
  int port_ = 0;
  std::thread thread_;
};

}  // namespace straycat::cluster::testing_world
