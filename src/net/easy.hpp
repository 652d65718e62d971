// A Request as options of a curl easy handle. Private to `net`.
#pragma once

#include <curl/curl.h>
#include <memory>
#include <string>

#include <straycat/net/http.hpp>

namespace straycat::net {

struct EasyDeleter {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
using EasyPtr = std::unique_ptr<CURL, EasyDeleter>;

struct ListDeleter {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using ListPtr = std::unique_ptr<curl_slist, ListDeleter>;

// The handle and what curl reads while it lives. `request` must outlive it: bodies and keys are not copied.
struct Easy {
  EasyPtr handle;
  ListPtr headers, connect_to;
  std::string url;
  char error[CURL_ERROR_SIZE] = {};
};

// Errors (bad_input): the URL is none.
[[nodiscard]] Result<std::unique_ptr<Easy>> make_easy(const Request& request);

// "https://host:port", without path, query and userinfo: what an error may name.
[[nodiscard]] std::string origin_of(const std::string& url);

// Where to connect and what to verify, when the certificate is to be that of `server_name`: the URL carries the name,
// so that curl sends it as SNI and checks it; CONNECT_TO leads to the real host, and Host keeps naming that.
struct Rerouted {
  std::string url, connect_to, host_header;
};
[[nodiscard]] Result<Rerouted> reroute(const std::string& url, const std::string& server_name);

}  // namespace straycat::net
