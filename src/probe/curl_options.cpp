// What a request asks of libcurl.
#include "probe/curl_op.hpp"

namespace straycat::probe {

namespace {

template <class Value>
void set(CURL* easy, CURLoption option, Value value) {
  curl_easy_setopt(easy, option, value);
}

// Not copied: it is the request's, which outlives the handle.
void set_pem(CURL* easy, CURLoption option, const std::string& text) {
  curl_blob blob{const_cast<char*>(text.data()), text.size(), CURL_BLOB_NOCOPY};
  if (!text.empty()) curl_easy_setopt(easy, option, &blob);
}

long curl_millis(Nanos length) {
  return static_cast<long>(std::chrono::duration_cast<std::chrono::milliseconds>(length).count());
}

std::string bracketed(const std::string& address) {
  return address.find(':') == std::string::npos ? address : "[" + address + "]";
}

std::string end_of(const Dial& dial) { return bracketed(dial.address) + ":" + std::to_string(dial.port); }

}  // namespace

void CurlOp::append(List& list, const std::string& text) {
  curl_slist* longer = curl_slist_append(list.get(), text.c_str());
  if (longer == nullptr) return;
  static_cast<void>(list.release());
  list.reset(longer);
}

// Another server name stands in the URL, for libcurl takes both SNI and what it demands of the certificate from there;
// the Host header and where to connect stay what they were.
void CurlOp::choose_address() {
  std::optional<Dial> dial = request_->request.dial;
  const Url& url = request_->url;
  url_ = request_->request.url;
  if (dial) {
    attempt_.remote_address = dial->address;
    attempt_.remote_port = dial->port;
  } else if (shared_.options.services) {
    if (auto choice = shared_.options.services->choose(url.host, url.port, shared_.random)) {
      attempt_.remote_address = choice->address;
      attempt_.remote_port = url.port;
      through_map_ = true;
      dial = choice->dial;
    }
  }
  if (const std::string& name = request_->request.tls.server_name; !name.empty()) {
    url_ = url.scheme + "://" + bracketed(name) + ":" + std::to_string(url.port) + url.target;
    append(headers_, "Host: " + end_of({url.host, url.port}));
    if (!dial) dial = Dial{url.host, url.port};
  }
  if (dial) append(connect_to_, "::" + end_of(*dial));
}

void CurlOp::set_options() {
  CURL* easy = easy_.get();
  const ProbeRequest& request = request_->request;
  set(easy, CURLOPT_URL, url_.c_str());
  if (request.method == "HEAD") set(easy, CURLOPT_NOBODY, 1L);
  if (request.method != "GET" && request.method != "HEAD") {
    set(easy, CURLOPT_CUSTOMREQUEST, request.method.c_str());
    if (request_->wire.find("Content-Length: 0\r\n") != std::string::npos) append(headers_, "Content-Length: 0");
  }
  for (const auto& [name, value] : request.headers) append(headers_, value.empty() ? name + ";" : name + ": " + value);
  set(easy, CURLOPT_HTTPHEADER, headers_.get());
  set(easy, CURLOPT_USERAGENT, "straycat/" STRAYCAT_VERSION);
  set(easy, CURLOPT_CONNECT_TO, connect_to_.get());
  set(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  set(easy, CURLOPT_NOSIGNAL, 1L);
  set(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);  // a proxy's own answer to CONNECT is none to the request
  // Else the end of a request would wait for the resolver's thread.
  set(easy, CURLOPT_QUICK_EXIT, 1L);
  set(easy, CURLOPT_CONNECTTIMEOUT_MS, curl_millis(request.timeouts.connect));
  set(easy, CURLOPT_TIMEOUT_MS, curl_millis(request.timeouts.total));
  const auto age = std::chrono::duration_cast<std::chrono::seconds>(request.name_max_age);
  set(easy, CURLOPT_DNS_CACHE_TIMEOUT, static_cast<long>(age.count()));
  if (request.family == Family::ipv4) set(easy, CURLOPT_IPRESOLVE, static_cast<long>(CURL_IPRESOLVE_V4));
  if (request.family == Family::ipv6) set(easy, CURLOPT_IPRESOLVE, static_cast<long>(CURL_IPRESOLVE_V6));
}

void CurlOp::set_transport() {
  CURL* easy = easy_.get();
  const ProbeRequest& request = request_->request;
  const long http2 = request_->url.scheme == "https" ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE;
  set(easy, CURLOPT_HTTP_VERSION, request.http2 ? http2 : static_cast<long>(CURL_HTTP_VERSION_1_1));
  // "" = none, also when the environment names one: curl's habit would send the probe somewhere else unasked.
  set(easy, CURLOPT_PROXY, request.proxy.c_str());
  const double dice = std::uniform_real_distribution<double>(0, 1)(shared_.random);
  const bool may_reuse = request.reuse > 0 && dice < request.reuse;
  set(easy, CURLOPT_FRESH_CONNECT, may_reuse ? 0L : 1L);
  set(easy, CURLOPT_FORBID_REUSE, may_reuse ? 0L : 1L);
  if (may_reuse && request.http2) set(easy, CURLOPT_PIPEWAIT, 1L);
  set_pem(easy, CURLOPT_CAINFO_BLOB, request.tls.ca_pem);
  if (!request.tls.ca_pem.empty()) set(easy, CURLOPT_CAPATH, static_cast<const char*>(nullptr));
  set_pem(easy, CURLOPT_SSLCERT_BLOB, request.tls.certificate_pem);
  set_pem(easy, CURLOPT_SSLKEY_BLOB, request.tls.key_pem);
  set(easy, CURLOPT_SSL_VERIFYPEER, request.tls.verify ? 1L : 0L);
  set(easy, CURLOPT_SSL_VERIFYHOST, request.tls.verify ? 2L : 0L);
}

void CurlOp::set_callbacks() {
  CURL* easy = easy_.get();
  set(easy, CURLOPT_PRIVATE, static_cast<void*>(this));
  set(easy, CURLOPT_ERRORBUFFER, error_.data());
  set(easy, CURLOPT_OPENSOCKETFUNCTION, &CurlOp::on_open);
  set(easy, CURLOPT_OPENSOCKETDATA, static_cast<void*>(this));
  set(easy, CURLOPT_SOCKOPTFUNCTION, &CurlOp::on_connect);
  set(easy, CURLOPT_SOCKOPTDATA, static_cast<void*>(this));
  set(easy, CURLOPT_CLOSESOCKETFUNCTION, &CurlOp::on_close);
  set(easy, CURLOPT_CLOSESOCKETDATA, static_cast<void*>(&shared_));
  set(easy, CURLOPT_PREREQFUNCTION, &CurlOp::on_prereq);
  set(easy, CURLOPT_PREREQDATA, static_cast<void*>(this));
  set(easy, CURLOPT_HEADERFUNCTION, &CurlOp::on_header);
  set(easy, CURLOPT_HEADERDATA, static_cast<void*>(this));
  set(easy, CURLOPT_WRITEFUNCTION, &CurlOp::on_body);
  set(easy, CURLOPT_WRITEDATA, static_cast<void*>(this));
}

}  // namespace straycat::probe
