// One request of the libcurl engine: an easy handle, what its callbacks saw, and the verdict on it.
#pragma once

#include <array>
#include <curl/curl.h>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <unordered_map>
#include <vector>

#include "probe/body_check.hpp"
#include "probe/deadlines.hpp"
#include "probe/failures.hpp"
#include "probe/head_rules.hpp"
#include "probe/local_ends.hpp"
#include <straycat/probe/engine.hpp>

namespace straycat::probe {

class CurlOp;

// What the requests of one engine share. A connection that is kept alive outlives the request that opened it, so that
// libcurl's callback for its close comes here and not to that request.
struct CurlShared {
  explicit CurlShared(EngineOptions engine_options) : options(std::move(engine_options)), ends(options) {}

  EngineOptions options;
  LocalEndsBook ends;
  ConnectWatch watch;
  EngineHealth health;
  std::mt19937_64 random;
  std::unordered_map<curl_socket_t, CurlOp*> opened;  // by which request, while that lives
  std::function<void(CurlOp&)> expired;               // one of its deadlines came
};

class CurlOp final : public Deadlines::Entry {
 public:
  CurlOp(CurlShared& shared, std::shared_ptr<const Prepared> request, Stamp intended, Engine::Done done);
  ~CurlOp() override;
  CurlOp(const CurlOp&) = delete;
  CurlOp& operator=(const CurlOp&) = delete;

  [[nodiscard]] CURL* handle() const { return easy_.get(); }
  [[nodiscard]] const Attempt& attempt() const { return attempt_; }
  // The transfer is over, `ended` at that time; the handle has left its multi handle.
  void finish(CURLcode code, Stamp ended);
  void report() { done_(attempt_); }

  // When to look at the phase next: the nearest limit that libcurl does not keep itself. 0: none is left.
  [[nodiscard]] Stamp next_limit() const;
  void on_deadline() override { shared_.expired(*this); }
  // Whether a phase is beyond its limit now.
  [[nodiscard]] bool is_late(Stamp now) const;

 private:
  struct FreeEasy {
    void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
  };
  struct FreeList {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
  };
  using List = std::unique_ptr<curl_slist, FreeList>;

  static curl_socket_t on_open(void* self, curlsocktype, curl_sockaddr* address);
  static int on_connect(void* self, curl_socket_t, curlsocktype);
  static int on_close(void* shared, curl_socket_t socket);
  static int on_prereq(void* self, char* remote, char* local, int remote_port, int local_port);
  static std::size_t on_header(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* self);

  struct Limit {
    Phase phase;
    Stamp at;
  };
  void set_options();
  void set_transport();
  void set_callbacks();
  [[nodiscard]] int open_socket(const sockaddr_storage& to);
  bool take_head(std::string_view line);  // false: it is none
  void note_end(const Dial& local, bool stood);
  [[nodiscard]] std::vector<Limit> limits() const;  // of the phases that are not over
  void append(List& list, const std::string& text);
  void choose_address();
  [[nodiscard]] Peer peer() const;
  [[nodiscard]] Phase phase() const;
  [[nodiscard]] bool connected() const { return requested_ || stood_ || info(CURLINFO_CONNECT_TIME_T) > 0; }
  [[nodiscard]] std::int64_t info(CURLINFO what) const;
  [[nodiscard]] int system_error() const;
  [[nodiscard]] Failure failure_of(CURLcode code) const;
  [[nodiscard]] Failure timeout_failure(Nanos after) const;
  [[nodiscard]] Failure receive_error() const;
  [[nodiscard]] Failure lost() const;
  [[nodiscard]] std::optional<std::uint64_t> content_length() const;

  CurlShared& shared_;
  std::shared_ptr<const Prepared> request_;
  Engine::Done done_;
  Attempt attempt_;
  std::unique_ptr<CURL, FreeEasy> easy_;
  std::string url_;
  List headers_, connect_to_;
  std::vector<curl_socket_t> sockets_;
  std::shared_ptr<LocalEnds> ends_;
  std::array<char, CURL_ERROR_SIZE> error_{};
  BodyCheck body_;
  std::size_t header_bytes_ = 0;
  HeadRules head_;
  std::string refused_;    // why the head is none
  bool switched_ = false;  // 101: what follows is no HTTP
  int socket_error_ = 0;
  bool stood_ = false;  // the connection, when its socket was closed
  bool requested_ = false, header_whole_ = false, through_map_ = false;
};

}  // namespace straycat::probe
