#include "probe/curl_op.hpp"

#include <cerrno>
#include <cstring>
#include <netinet/in.h>
#include <unistd.h>

#include "probe/sockets.hpp"

namespace straycat::probe {

namespace {

constexpr int most_ends_tried = 8;
constexpr std::size_t most_header_bytes = 64u << 10;  // as the fast engine's

// libcurl tells the errno of a transfer in words alone; 0: none.
int error_in(const std::string& text) {
  for (const int error : {ECONNRESET, EPIPE, ETIMEDOUT, EHOSTUNREACH, ENETUNREACH, ECONNABORTED})
    if (text.find(std::strerror(error)) != text.npos) return error;
  return 0;
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

CurlOp::CurlOp(CurlShared& shared, std::shared_ptr<const Prepared> request, Stamp intended, Engine::Done done)
    : shared_(shared),
      request_(std::move(request)),
      done_(std::move(done)),
      easy_(curl_easy_init()),
      body_(request_->request.expect, request_->body_regex.get()),
      head_(request_->request.http2) {
  attempt_.intended = intended;
  attempt_.started = monotonic_now();
  choose_address();
  set_options();
  set_transport();
  set_callbacks();
}

CurlOp::~CurlOp() {
  for (const curl_socket_t socket : sockets_) {
    const auto found = shared_.opened.find(socket);
    if (found != shared_.opened.end() && found->second == this) shared_.opened.erase(found);
  }
}

curl_socket_t CurlOp::on_open(void* self, curlsocktype, curl_sockaddr* address) {
  auto* op = static_cast<CurlOp*>(self);
  // A connection for a request that has gone out: libcurl's second try, when a kept connection was lost under it. The
  // request that was lost is the outcome; what happens to its copy is nobody's question.
  if (op->requested_) return CURL_SOCKET_BAD;
  op->socket_error_ = 0;
  sockaddr_storage to{};
  std::memcpy(&to, &address->addr, std::min<std::size_t>(address->addrlen, sizeof to));
  if (!op->through_map_) {
    const Dial remote = from_sockaddr(to);
    op->attempt_.remote_address = remote.address;
    op->attempt_.remote_port = remote.port;
  }
  ++(to.ss_family == AF_INET ? op->attempt_.tried_ipv4 : op->attempt_.tried_ipv6);
  const int socket = op->open_socket(to);
  if (socket < 0) return CURL_SOCKET_BAD;
  op->shared_.opened[socket] = op;
  op->sockets_.push_back(socket);
  return socket;
}

// Takes another port when one of our own choice cannot be had. What connect() thinks of it only libcurl hears.
int CurlOp::open_socket(const sockaddr_storage& to) {
  ends_ = shared_.ends.towards(from_sockaddr(to));
  for (int tries = 0; tries < most_ends_tried; ++tries) {
    const Dial from = ends_->next(monotonic_now());
    const int socket = open_bound_socket(to, from);
    shared_.health.own_ports += from.port == 0 ? 0 : 1;
    if (socket >= 0) {
      socket_error_ = 0;
      return socket;
    }
    socket_error_ = errno;
    if (from.port == 0 || errno != EADDRINUSE) break;
    ends_->refused(from, errno, monotonic_now());
  }
  return -1;
}

int CurlOp::on_connect(void* self, curl_socket_t, curlsocktype) {
  auto* op = static_cast<CurlOp*>(self);
  op->attempt_.connect = monotonic_now();
  op->shared_.watch.before(op->ends_, op->shared_.health);
  return CURL_SOCKOPT_OK;
}

int CurlOp::on_close(void* shared, curl_socket_t socket) {
  auto& all = *static_cast<CurlShared*>(shared);
  const std::optional<Dial> remote = remote_end(socket);
  const Dial local = local_end(socket);
  const auto found = all.opened.find(socket);
  if (found != all.opened.end()) {
    found->second->note_end(local, remote.has_value());
    all.opened.erase(found);
  }
  if (remote) all.ends.towards(*remote)->closed(local, monotonic_now());
  return ::close(socket);
}

// libcurl 7.88 counts TLS into the time of the connection, so only the socket knows how far it came.
void CurlOp::note_end(const Dial& local, bool stood) {
  if (requested_) return;  // told by then, and perhaps of another connection
  stood_ = stood;
  attempt_.local_port = local.port;
  attempt_.local_address = local.address;
}

int CurlOp::on_prereq(void* self, char* remote, char* local, int remote_port, int local_port) {
  auto* op = static_cast<CurlOp*>(self);
  op->requested_ = true;
  op->attempt_.local_address = local;
  op->attempt_.local_port = static_cast<std::uint16_t>(local_port);
  // For a second try (on_open): never over another connection that is kept, which would not ask for a socket.
  curl_easy_setopt(op->easy_.get(), CURLOPT_FRESH_CONNECT, 1L);
  if (op->through_map_) return CURL_PREREQFUNC_OK;
  op->attempt_.remote_address = remote;
  op->attempt_.remote_port = static_cast<std::uint16_t>(remote_port);
  return CURL_PREREQFUNC_OK;
}

std::size_t CurlOp::on_header(char* data, std::size_t size, std::size_t count, void* self) {
  auto* op = static_cast<CurlOp*>(self);
  const std::string_view line(data, size * count);
  op->header_bytes_ += line.size();
  if (op->header_bytes_ > most_header_bytes) return 0;
  return op->header_whole_ || op->take_head(line) ? line.size() : 0;  // after it: a trailer
}

bool CurlOp::take_head(std::string_view line) {
  refused_ = head_.take(line);
  if (!refused_.empty()) return false;
  if (line != "\r\n" && line != "\n") return true;
  switched_ = head_.status() == 101;
  header_whole_ = switched_ || head_.status() >= 200;
  if (!header_whole_) head_ = HeadRules(request_->request.http2);
  return !switched_;
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
  if (what == CURLINFO_RESPONSE_CODE || what == CURLINFO_OS_ERRNO || what == CURLINFO_NUM_CONNECTS) {
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
  if (const int error = requested_ ? error_in(error_.data()) : 0; error != 0) return error;
  return static_cast<int>(info(CURLINFO_OS_ERRNO));
}

void CurlOp::finish(CURLcode code, Stamp ended) {
  attempt_.ended = ended;
  const auto after_start = [&](std::int64_t micros) {
    return micros == 0 ? Stamp{} : attempt_.started + std::chrono::microseconds{micros};
  };
  attempt_.connected = after_start(info(CURLINFO_CONNECT_TIME_T));
  attempt_.first_byte = after_start(info(CURLINFO_STARTTRANSFER_TIME_T));
  attempt_.status = header_whole_ ? head_.status() : 0;
  attempt_.http_version = header_whole_ ? head_.version() : 0;
  attempt_.reused = requested_ && info(CURLINFO_NUM_CONNECTS) == 0;
  attempt_.body_bytes = body_.bytes();
  attempt_.body_sha256 = body_.finish_sha256();
  if (is_unspecified(attempt_.local_address) && attempt_.local_port != 0) {
    attempt_.local_address = source_for({attempt_.remote_address, attempt_.remote_port});
  }
  // libcurl calls an answer whose header was cut a success without a body, or with a body that was cut.
  if ((code == CURLE_OK || code == CURLE_PARTIAL_FILE) && !header_whole_) code = CURLE_GOT_NOTHING;
  if (code == CURLE_WRITE_ERROR && switched_) code = CURLE_OK;
  attempt_.failure = code == CURLE_OK ? body_.judge(attempt_.status, attempt_.body_sha256) : failure_of(code);
  if (attempt_.failure && attempt_.failure->kind == FailureKind::local_exhaustion) {
    count_local_exhaustion(shared_.health, attempt_.failure->error_number);
  }
}

Failure CurlOp::failure_of(CURLcode code) const {
  const Nanos after = attempt_.ended - attempt_.started;
  const std::string text = error_[0] != '\0' ? error_.data() : curl_easy_strerror(code);
  const std::string coded = "(" + std::to_string(code) + ") " + text;
  const bool dials = code == CURLE_COULDNT_CONNECT || code == CURLE_COULDNT_RESOLVE_HOST;
  if (requested_ && dials) return lost();  // it would for a second try only
  if (is_tls(code)) return {FailureKind::tls, Phase::tls, error_in(text), coded};
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
    case CURLE_HTTP2_STREAM:
      return {FailureKind::reset, phase(), 0, coded};
    case CURLE_UNSUPPORTED_PROTOCOL:
      return header_bytes_ == 0 ? not_http() : protocol_failure(phase(), text);
    case CURLE_WRITE_ERROR:
      if (header_bytes_ > most_header_bytes) return protocol_failure(Phase::first_byte, "header limit exceeded");
      if (!refused_.empty()) return protocol_failure(Phase::first_byte, refused_);
      break;  // 7.88 says so of a chunk that is none
    case CURLE_OUT_OF_MEMORY:
      // 7.88 says so of a header line beyond 100 KB.
      if (requested_) return protocol_failure(Phase::first_byte, "header limit exceeded");
      return {FailureKind::local_exhaustion, Phase::connect, ENOMEM, coded};
    default:
      break;
  }
  return {FailureKind::protocol, phase(), 0, coded};
}

// Its words are still those of the loss; where the other side just closed the connection it has none.
Failure CurlOp::lost() const {
  const char* which = attempt_.reused ? " (on a reused connection)" : "";
  const int error = error_in(error_.data());
  const bool sending = std::strstr(error_.data(), "Send failure") != nullptr;
  if (error != 0) return sending ? send_failure(error, which) : receive_failure(Phase::first_byte, error, which);
  if (!request_->request.http2) return empty_reply(which);
  return {FailureKind::reset, Phase::first_byte, 0,
          std::string("(92) the server refused the stream, or ended its connection") + which};
}

// libcurl keeps `connect` and `total`.
std::vector<CurlOp::Limit> CurlOp::limits() const {
  const Timeouts& limits = request_->request.timeouts;
  std::vector<Limit> out;
  const auto add = [&](Phase phase, Nanos limit, bool over) {
    if (limit > Nanos{0} && !over) out.push_back({phase, attempt_.started + limit});
  };
  add(Phase::name, limits.name, attempt_.connect != Stamp{} || requested_);
  add(Phase::tls, limits.tls, requested_ || request_->url.scheme != "https");
  add(Phase::first_byte, limits.first_byte, header_whole_);
  return out;
}

Stamp CurlOp::next_limit() const {
  Stamp next{};
  for (const Limit& limit : limits())
    if (next == Stamp{} || limit.at < next) next = limit.at;
  return next;
}

bool CurlOp::is_late(Stamp now) const {
  const Stamp next = next_limit();
  return next != Stamp{} && next <= now;
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
  // TLS 1.3: a server that wants a certificate says so only after the client's part of the handshake is over.
  if (error == 0 && std::strstr(error_.data(), " alert ") != nullptr)
    return {FailureKind::tls, Phase::tls, 0, "(56) " + std::string(error_.data())};
  // HTTP/2: the server refused the stream, again and again, on connections of their own.
  if (error == 0 && std::strstr(error_.data(), "Connection died") != nullptr)
    return {FailureKind::reset, phase(), 0, "(56) " + std::string(error_.data())};
  if (error == 0) return {FailureKind::protocol, phase(), 0, "(56) " + std::string(error_.data())};
  if (!requested_ && request_->url.scheme == "https")
    return {FailureKind::tls, Phase::tls, error, "(56) " + std::string(error_.data())};
  return receive_failure(phase(), error);
}

}  // namespace straycat::probe
