#include "net/easy.hpp"

#include <algorithm>
#include <sys/socket.h>
#include <utility>

#include <fmt/format.h>

namespace straycat::net {

namespace {

struct UrlDeleter {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
using UrlPtr = std::unique_ptr<CURLU, UrlDeleter>;

UrlPtr parse_url(const std::string& text) {
  UrlPtr url{curl_url()};
  if (!url || curl_url_set(url.get(), CURLUPART_URL, text.c_str(), 0) != CURLUE_OK) return nullptr;
  return url;
}

std::string part_of(const UrlPtr& url, CURLUPart part, unsigned flags = 0) {
  char* text = nullptr;
  if (curl_url_get(url.get(), part, &text, flags) != CURLUE_OK) return {};
  std::string out{text};
  curl_free(text);
  return out;
}

// Sockets must not leak into the plugins and children that this process starts.
curl_socket_t open_socket(void*, curlsocktype, curl_sockaddr* address) {
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

curl_blob blob_of(const std::string& text) { return {const_cast<char*>(text.data()), text.size(), CURL_BLOB_NOCOPY}; }

void set_tls(CURL* easy, const Tls& tls) {
  curl_easy_setopt(easy, CURLOPT_SSLVERSION, long{CURL_SSLVERSION_TLSv1_2});
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, tls.insecure ? 0L : 1L);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, tls.insecure ? 0L : 2L);
  if (!tls.ca_pem.empty()) {
    auto ca = blob_of(tls.ca_pem);
    curl_easy_setopt(easy, CURLOPT_CAINFO_BLOB, &ca);
    // Only this CA: the blob replaces the system's file, but not its directory.
    curl_easy_setopt(easy, CURLOPT_CAPATH, nullptr);
  }
  if (tls.client_cert_pem.empty()) return;
  auto cert = blob_of(tls.client_cert_pem);
  auto key = blob_of(tls.client_key_pem);
  curl_easy_setopt(easy, CURLOPT_SSLCERT_BLOB, &cert);
  curl_easy_setopt(easy, CURLOPT_SSLKEY_BLOB, &key);
}

void set_limits(CURL* easy, const Request& request) {
  const auto milliseconds = [](Nanos length) {
    if (length <= Nanos{0}) return 0L;
    return std::max(1L, static_cast<long>(std::chrono::duration_cast<std::chrono::milliseconds>(length).count()));
  };
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, milliseconds(request.connect_timeout));
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, milliseconds(request.timeout));
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, &open_socket);
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  // One stream a connection (see Multi), and so a stall is that of one stream.
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, long{CURL_HTTP_VERSION_1_1});
  // "" in place of null: null would let http_proxy and no_proxy of the environment in.
  curl_easy_setopt(easy, CURLOPT_PROXY, request.proxy.c_str());
  curl_easy_setopt(easy, CURLOPT_NOPROXY, "");
  curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
}

void set_method(CURL* easy, const Request& request) {
  if (request.method == "HEAD") curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
  const bool sends = !request.body.empty() || request.method == "POST" || request.method == "PUT";
  if (sends) {
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request.body.c_str());
  }
  curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request.method.c_str());
}

void append(ListPtr& list, const std::string& line) {
  if (auto* longer = curl_slist_append(list.get(), line.c_str())) {
    static_cast<void>(list.release());
    list.reset(longer);
  }
}

bool names(const std::map<std::string, std::string>& headers, std::string_view name) {
  return std::any_of(headers.begin(), headers.end(), [&](const auto& header) {
    return std::equal(header.first.begin(), header.first.end(), name.begin(), name.end(),
                      [](char a, char b) { return (a | 0x20) == (b | 0x20); });
  });
}

void set_headers(Easy& easy, const Request& request, const std::string& host_header) {
  append(easy.headers, "Expect:");                                                     // no pause for "100 Continue"
  if (!names(request.headers, "content-type")) append(easy.headers, "Content-Type:");  // no form type of curl's own
  if (!host_header.empty()) append(easy.headers, "Host: " + host_header);
  for (const auto& [name, value] : request.headers)
    append(easy.headers, value.empty() ? name + ";" : name + ": " + value);
  for (const auto& [name, value] : request.repeated_headers) append(easy.headers, name + ": " + value);
  curl_easy_setopt(easy.handle.get(), CURLOPT_HTTPHEADER, easy.headers.get());
}

}  // namespace

std::string origin_of(const std::string& url) {
  const auto parsed = parse_url(url);
  if (!parsed) return "?";
  const auto port = part_of(parsed, CURLUPART_PORT);
  return part_of(parsed, CURLUPART_SCHEME) + "://" + part_of(parsed, CURLUPART_HOST) + (port.empty() ? "" : ":" + port);
}

Result<Rerouted> reroute(const std::string& url, const std::string& server_name) {
  const auto parsed = parse_url(url);
  if (!parsed) return bad_input("not a URL: " + url);
  const auto host = part_of(parsed, CURLUPART_HOST);
  const auto port = part_of(parsed, CURLUPART_PORT, CURLU_DEFAULT_PORT);
  const auto written_port = part_of(parsed, CURLUPART_PORT);
  if (curl_url_set(parsed.get(), CURLUPART_HOST, server_name.c_str(), 0) != CURLUE_OK)
    return bad_input("not a server name: " + server_name);
  return Rerouted{.url = part_of(parsed, CURLUPART_URL),
                  .connect_to = "::" + host + ":" + port,
                  .host_header = host + (written_port.empty() ? "" : ":" + written_port)};
}

Result<std::unique_ptr<Easy>> make_easy(const Request& request) {
  if (!parse_url(request.url)) return bad_input("not a URL: " + request.url);
  auto easy = std::make_unique<Easy>();
  easy->handle.reset(curl_easy_init());
  if (!easy->handle) return own_trouble("libcurl has no memory");
  CURL* handle = easy->handle.get();
  easy->url = request.url;
  std::string host_header;
  if (!request.tls.server_name.empty()) {
    auto rerouted = reroute(request.url, request.tls.server_name);
    if (!rerouted) return rerouted.error();
    easy->url = rerouted->url;
    host_header = rerouted->host_header;
    append(easy->connect_to, rerouted->connect_to);
    curl_easy_setopt(handle, CURLOPT_CONNECT_TO, easy->connect_to.get());
  }
  curl_easy_setopt(handle, CURLOPT_URL, easy->url.c_str());
  curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, easy->error);
  set_limits(handle, request);
  if (!request.repeatable) curl_easy_setopt(handle, CURLOPT_FRESH_CONNECT, 1L);
  set_tls(handle, request.tls);
  set_method(handle, request);
  set_headers(*easy, request, host_header);
  return easy;
}

}  // namespace straycat::net
