#include "probe/curl_op.hpp"

#include <cerrno>
#include <cstring>
#include <netinet/in.h>
#include <unistd.h>

#include "probe/sockets.hpp"

namespace straycat::probe {

namespace {

constexpr std::size_t header_limit = 64u << 10;  // as the fast engine's

template <class Value>
void set(CURL* easy, CURLoption option, Value value) {
  curl_easy_setopt(easy, option, value);
}

long millis(Nanos length) {
  return static_cast<long>(std::chrono::duration_cast<std::chrono::milliseconds>(length).count());
}

std::string bracketed(const std::string& address) {
  return address.find(':') == std::string::npos ? address : "[" + address + "]";
}

bool is_tls(CURLcode code) {
  switch (code) {
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_ENGINE_NOTFOUND:
    case CURLE_SSL_ENGINE_SETFAILED:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_USE_SSL_FAILED:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CRL_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
    case CURLE_SSL_INVALIDCERTSTATUS:
    case CURLE_SSL_CLIENTCERT:
      return true;
    default:
      return false;
  }
}

}  // namespace

CurlOp::CurlOp(const EngineOptions& options, std::mt19937_64& random, std::shared_ptr<const Prepared> request,
               Stamp intended, Engine::Done done)
    : options_(options),
      request_(std::move(request)),
      done_(std::move(done)),
      easy_(curl_easy_init()),
      body_(request_->request.expect) {
  attempt_.intended = intended;
  attempt_.started = monotonic_now();
  choose_address(random);
  set_options();
  set_callbacks();
}

CurlOp::~CurlOp() = default;

void CurlOp::append(List& list, const std::string& text) {
  curl_slist* longer = curl_slist_append(list.get(), text.c_str());
  if (longer == nullptr) return;
  static_cast<void>(list.release());
  list.reset(longer);
}

void CurlOp::choose_address(std::mt19937_64& random) {
  std::optional<Dial> dial = request_->request.dial;
  const Url& url = request_->url;
  if (dial) {
    attempt_.remote_address = dial->address;
    attempt_.remote_port = dial->port;
  } else if (options_.services) {
    if (auto choice = options_.services->choose(url.host, url.port, random)) {
      attempt_.remote_address = choice->address;
      attempt_.remote_port = url.port;
      through_map_ = true;
      dial = choice->dial;
    }
  }
  if (dial) append(connect_to_, "::" + bracketed(dial->address) + ":" + std::to_string(dial->port));
}

void CurlOp::set_options() {
  CURL* easy = easy_.get();
  const ProbeRequest& request = request_->request;
  set(easy, CURLOPT_URL, request.url.c_str());
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
  set(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  set(easy, CURLOPT_PROXY, "");
  set(easy, CURLOPT_FRESH_CONNECT, 1L);
  set(easy, CURLOPT_FORBID_REUSE, 1L);
  set(easy, CURLOPT_NOSIGNAL, 1L);
  // Else the end of a request would wait for the resolver's thread.
  set(easy, CURLOPT_QUICK_EXIT, 1L);
  set(easy, CURLOPT_CONNECTTIMEOUT_MS, millis(request.timeouts.connect));
  set(easy, CURLOPT_TIMEOUT_MS, millis(request.timeouts.total));
  const auto age = std::chrono::duration_cast<std::chrono::seconds>(request.name_max_age);
  set(easy, CURLOPT_DNS_CACHE_TIMEOUT, static_cast<long>(age.count()));
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
  set(easy, CURLOPT_CLOSESOCKETDATA, static_cast<void*>(this));
  set(easy, CURLOPT_PREREQFUNCTION, &CurlOp::on_prereq);
  set(easy, CURLOPT_PREREQDATA, static_cast<void*>(this));
  set(easy, CURLOPT_HEADERFUNCTION, &CurlOp::on_header);
  set(easy, CURLOPT_HEADERDATA, static_cast<void*>(this));
  set(easy, CURLOPT_WRITEFUNCTION, &CurlOp::on_body);
  set(easy, CURLOPT_WRITEDATA, static_cast<void*>(this));
}

curl_socket_t CurlOp::on_open(void* self, curlsocktype, curl_sockaddr* address) {
  auto* op = static_cast<CurlOp*>(self);
  op->socket_error_ = 0;
  sockaddr_storage to{};
  std::memcpy(&to, &address->addr, std::min<std::size_t>(address->addrlen, sizeof to));
  if (!op->through_map_) {
    const Dial remote = from_sockaddr(to);
    op->attempt_.remote_address = remote.address;
    op->attempt_.remote_port = remote.port;
  }
  const int socket = open_bound_socket(to, op->options_.source_address);
  if (socket < 0) op->socket_error_ = errno;
  return socket < 0 ? CURL_SOCKET_BAD : socket;
}

int CurlOp::on_connect(void* self, curl_socket_t, curlsocktype) {
  static_cast<CurlOp*>(self)->attempt_.connect = monotonic_now();
  return CURL_SOCKOPT_OK;
}

int CurlOp::on_close(void* self, curl_socket_t socket) {
  auto* op = static_cast<CurlOp*>(self);
  const Dial local = local_end(socket);
  op->attempt_.local_port = local.port;
  op->attempt_.local_address = local.address;
  return ::close(socket);
}

int CurlOp::on_prereq(void* self, char*, char*, int, int) {
  static_cast<CurlOp*>(self)->requested_ = true;
  return CURL_PREREQFUNC_OK;
}

std::size_t CurlOp::on_header(char* data, std::size_t size, std::size_t count, void* self) {
  auto* op = static_cast<CurlOp*>(self);
  const std::string_view line(data, size * count);
  op->header_bytes_ += line.size();
  if (op->header_bytes_ > header_limit) return 0;
  if (line == "\r\n" || line == "\n") op->header_whole_ = op->info(CURLINFO_RESPONSE_CODE) >= 200;
  return line.size();
}

std::size_t CurlOp::on_body(char* data, std::size_t size, std::size_t count, void* self) {
  static_cast<CurlOp*>(self)->body_.feed({data, size * count});
  return size * count;
}

Peer CurlOp::peer() const {
  if (request_->request.dial) return {request_->request.dial->address, request_->request.dial->port};
  return {request_->url.host, request_->url.port};
}

std::int64_t CurlOp::info(CURLINFO what) const {
  if (what == CURLINFO_RESPONSE_CODE || what == CURLINFO_OS_ERRNO) {
    long value = 0;
    curl_easy_getinfo(easy_.get(), what, &value);
    return value;
  }
  curl_off_t value = 0;
  curl_easy_getinfo(easy_.get(), what, &value);
  return value;
}

std::optional<std::uint64_t> CurlOp::content_length() const {
  const std::int64_t length = info(CURLINFO_CONTENT_LENGTH_DOWNLOAD_T);
  return length < 0 ? std::nullopt : std::optional<std::uint64_t>(static_cast<std::uint64_t>(length));
}

Phase CurlOp::phase() const { return header_whole_ ? Phase::body : Phase::first_byte; }

// OS_ERRNO is right for connections; a transfer's errno stands in the text only.
int CurlOp::system_error() const {
  if (socket_error_ != 0) return socket_error_;
  for (const int error : {ECONNRESET, EPIPE, ETIMEDOUT, EHOSTUNREACH, ENETUNREACH, ECONNABORTED}) {
    if (requested_ && std::strstr(error_.data(), std::strerror(error)) != nullptr) return error;
  }
  return static_cast<int>(info(CURLINFO_OS_ERRNO));
}

void CurlOp::finish(CURLcode code, Stamp ended, EngineHealth& health) {
  attempt_.ended = ended;
  const auto after_start = [&](std::int64_t micros) {
    return micros == 0 ? Stamp{} : attempt_.started + std::chrono::microseconds{micros};
  };
  attempt_.connected = after_start(info(CURLINFO_CONNECT_TIME_T));
  attempt_.first_byte = after_start(info(CURLINFO_STARTTRANSFER_TIME_T));
  attempt_.status = static_cast<int>(info(CURLINFO_RESPONSE_CODE));
  attempt_.body_bytes = body_.bytes();
  attempt_.body_sha256 = body_.finish_sha256();
  if (is_unspecified(attempt_.local_address) && attempt_.local_port != 0) {
    attempt_.local_address = source_for({attempt_.remote_address, attempt_.remote_port});
  }
  // libcurl calls an answer whose header was cut a success without a body.
  if (code == CURLE_OK && !header_whole_) code = CURLE_GOT_NOTHING;
  attempt_.failure = code == CURLE_OK ? body_.judge(attempt_.status, attempt_.body_sha256) : failure_of(code);
  if (attempt_.failure && attempt_.failure->kind == FailureKind::local_exhaustion) {
    count_local_exhaustion(health, attempt_.failure->error_number);
  }
}

Failure CurlOp::failure_of(CURLcode code) const {
  const Nanos after = attempt_.ended - attempt_.started;
  const std::string text = error_[0] != '\0' ? error_.data() : curl_easy_strerror(code);
  const std::string coded = "(" + std::to_string(code) + ") " + text;
  if (is_tls(code)) return {FailureKind::tls, Phase::tls, 0, coded};
  switch (code) {
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_RESOLVE_HOST:
      return name_failure(request_->url.host, 0);
    case CURLE_COULDNT_CONNECT:
      return connect_failure(peer(), system_error(), after);
    case CURLE_OPERATION_TIMEDOUT:
      return timeout_failure(after);
    case CURLE_GOT_NOTHING:
      return empty_reply();
    case CURLE_PARTIAL_FILE: {
      const std::optional<std::uint64_t> length = content_length();
      return cut_body(length ? std::optional<std::uint64_t>(*length - body_.bytes()) : std::nullopt);
    }
    case CURLE_SEND_ERROR:
      return send_failure(system_error());
    case CURLE_RECV_ERROR:
      return receive_error();
    case CURLE_UNSUPPORTED_PROTOCOL:
      return header_bytes_ == 0 ? not_http() : protocol_failure(phase(), text);
    case CURLE_WRITE_ERROR:
      if (header_bytes_ > header_limit) return protocol_failure(Phase::first_byte, "header limit exceeded");
      break;  // 7.88 says so of a chunk that is none
    case CURLE_OUT_OF_MEMORY:
      return {FailureKind::local_exhaustion, Phase::connect, ENOMEM, coded};
    default:
      break;
  }
  return {FailureKind::protocol, phase(), 0, coded};
}

Failure CurlOp::timeout_failure(Nanos after) const {
  // libcurl sets ETIMEDOUT for its own timer too: only before that can it be the kernel's.
  const bool kernel_gave_up = info(CURLINFO_OS_ERRNO) == ETIMEDOUT && after < request_->request.timeouts.connect;
  if (!connected() && kernel_gave_up) return connect_failure(peer(), ETIMEDOUT, after);
  if (!connected() && attempt_.connect == Stamp{}) return name_timed_out(after);
  if (!connected()) return connect_timed_out(peer(), after);
  if (!requested_ && request_->url.scheme == "https") return response_timed_out(Phase::tls, after, 0, std::nullopt);
  return response_timed_out(phase(), after, body_.bytes(), header_whole_ ? content_length() : std::nullopt);
}

Failure CurlOp::receive_error() const {
  const int error = system_error();
  if (error == 0) return {FailureKind::protocol, phase(), 0, "(56) " + std::string(error_.data())};
  if (!requested_ && request_->url.scheme == "https")
    return {FailureKind::tls, Phase::tls, error, "(56) " + std::string(error_.data())};
  return receive_failure(phase(), error);
}

}  // namespace straycat::probe
