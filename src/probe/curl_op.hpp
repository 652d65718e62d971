// One request of the libcurl engine: an easy handle, what its callbacks saw, and the verdict on it.
#pragma once

#include <array>
#include <curl/curl.h>
#include <memory>
#include <optional>
#include <random>
#include <string>

#include "probe/body_check.hpp"
#include "probe/failures.hpp"
#include <straycat/probe/engine.hpp>

namespace straycat::probe {

class CurlOp {
 public:
  CurlOp(const EngineOptions& options, std::mt19937_64& random, std::shared_ptr<const Prepared> request, Stamp intended,
         Engine::Done done);
  ~CurlOp();
  CurlOp(const CurlOp&) = delete;
  CurlOp& operator=(const CurlOp&) = delete;

  [[nodiscard]] CURL* handle() const { return easy_.get(); }
  [[nodiscard]] const Attempt& attempt() const { return attempt_; }
  // The transfer is over, `ended` at that time; the handle has left its multi handle.
  void finish(CURLcode code, Stamp ended, EngineHealth& health);
  void report() { done_(attempt_); }

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
  static int on_close(void* self, curl_socket_t socket);
  static int on_prereq(void* self, char*, char*, int, int);
  static std::size_t on_header(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* self);

  void set_options();
  void set_callbacks();
  void append(List& list, const std::string& text);
  void choose_address(std::mt19937_64& random);
  [[nodiscard]] Peer peer() const;
  [[nodiscard]] Phase phase() const;
  [[nodiscard]] bool connected() const { return info(CURLINFO_CONNECT_TIME_T) > 0; }
  [[nodiscard]] std::int64_t info(CURLINFO what) const;
  [[nodiscard]] int system_error() const;
  [[nodiscard]] Failure failure_of(CURLcode code) const;
  [[nodiscard]] Failure timeout_failure(Nanos after) const;
  [[nodiscard]] Failure receive_error() const;
  [[nodiscard]] std::optional<std::uint64_t> content_length() const;

  const EngineOptions& options_;
  std::shared_ptr<const Prepared> request_;
  Engine::Done done_;
  Attempt attempt_;
  std::unique_ptr<CURL, FreeEasy> easy_;
  List headers_, connect_to_;
  std::array<char, CURL_ERROR_SIZE> error_{};
  BodyCheck body_;
  std::size_t header_bytes_ = 0;
  int socket_error_ = 0;
  bool requested_ = false, header_whole_ = false, through_map_ = false;
};

}  // namespace straycat::probe
