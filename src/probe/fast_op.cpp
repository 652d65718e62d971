#include "probe/fast_op.hpp"

#include <algorithm>
#include <cerrno>
#include <sys/epoll.h>
#include <unistd.h>

#include "probe/sockets.hpp"

namespace straycat::probe {

namespace {

constexpr int ends_tried = 8;

int pending_error(int socket) {
  int error = 0;
  socklen_t size = sizeof error;
  return ::getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno;
}

}  // namespace

FastOp::FastOp(FastShared& shared, std::shared_ptr<const Prepared> request, Stamp intended, Engine::Done done)
    : shared_(shared), request_(std::move(request)), done_(std::move(done)) {
  attempt_.intended = intended;
  attempt_.started = monotonic_now();
}

FastOp::~FastOp() {
  if (socket_ >= 0) ::close(socket_);
}

Nanos FastOp::age() const { return monotonic_now() - attempt_.started; }
Peer FastOp::peer() const {
  if (request_->request.dial) return {request_->request.dial->address, request_->request.dial->port};
  return {request_->url.host, request_->url.port};
}

// The earlier of a phase's end and the whole request's; both count from the start. 0 = no such limit.
Stamp FastOp::deadline_after(Nanos limit) const {
  const Nanos total = request_->request.timeouts.total;
  if (limit == Nanos{0}) limit = total;
  if (total > Nanos{0}) limit = std::min(limit, total);
  return limit == Nanos{0} ? Stamp{std::numeric_limits<std::int64_t>::max() / 2} : attempt_.started + limit;
}

void FastOp::begin() {
  ++shared_.health.attempts;
  find_address();
  if (state_ != State::naming) return;
  const Timeouts& limits = request_->request.timeouts;
  shared_.deadlines.set(*this, deadline_after(limits.name > Nanos{0} ? limits.name : limits.connect));
}

void FastOp::find_address() {
  const Url& url = request_->url;
  if (request_->request.dial) {
    candidates_ = {*request_->request.dial};
    return connect_next({});
  }
  if (shared_.options.services) {
    if (auto choice = shared_.options.services->choose(url.host, url.port, shared_.random)) {
      attempt_.remote_address = choice->address;
      attempt_.remote_port = url.port;
      candidates_ = {choice->dial};
      return connect_next({});
    }
  }
  if (is_numeric_address(url.host)) return choose_from({url.host});
  shared_.resolver.resolve(url.host, request_->request.name_max_age, [weak = weak_from_this()](const Names& names) {
    const std::shared_ptr<FastOp> self = weak.lock();
    if (!self || self->state_ != State::naming) return;
    if (names.addresses.empty() && is_local_exhaustion(names.error)) return self->local_failure(names.error);
    if (names.addresses.empty()) return self->fail(name_failure(self->request_->url.host, names.error, names.reason));
    self->choose_from(names.addresses);
  });
}

void FastOp::choose_from(const std::vector<std::string>& addresses) {
  const Family family = request_->request.family;
  for (auto address = addresses.rbegin(); address != addresses.rend(); ++address) {
    const bool is_v6 = address->find(':') != address->npos;
    if (family != Family::any && (family == Family::ipv6) != is_v6) continue;
    candidates_.push_back({*address, request_->url.port});
  }
  if (candidates_.empty()) return fail(name_failure(request_->url.host, 0));
  connect_next({});
}

// Tries the next address, as curl does; `last` is what the one before ended with.
void FastOp::connect_next(Failure last) {
  if (candidates_.empty()) return fail(std::move(last));
  const Dial dial = std::move(candidates_.back());
  candidates_.pop_back();
  if (socket_ >= 0) ::close(socket_);
  socket_ = -1;
  if (!shared_.options.services || request_->request.dial) {
    attempt_.remote_address = dial.address;
    attempt_.remote_port = dial.port;
  }
  sockaddr_storage to{};
  const socklen_t size = to_sockaddr(dial, to);
  if (size == 0) return connect_next(connect_failure(peer(), EINVAL, age()));
  ++(to.ss_family == AF_INET ? attempt_.tried_ipv4 : attempt_.tried_ipv6);
  connect(dial, to, size);
}

// Takes another port when one of our own choice cannot be had.
void FastOp::connect(const Dial& dial, const sockaddr_storage& to, socklen_t size) {
  state_ = State::connecting;
  shared_.deadlines.set(*this, deadline_after(request_->request.timeouts.connect));
  ends_ = shared_.ends.towards(dial);
  int error = EADDRNOTAVAIL;
  for (int tries = 0; tries < ends_tried; ++tries) {
    attempt_.connect = monotonic_now();
    const Dial from = ends_->next(attempt_.connect);
    error = connect_from(from, to, size);
    if (from.port == 0 || (error != EADDRINUSE && error != EADDRNOTAVAIL)) break;
    ends_->refused(from, error, attempt_.connect);
  }
  if (error != EINPROGRESS) attempt_.ended = monotonic_now();
  if (is_local_exhaustion(error)) return local_failure(error);
  if (error != 0 && error != EINPROGRESS)
    return connect_next(connect_failure(peer(), error, attempt_.ended - attempt_.started));
  if (!shared_.poller.add(socket_, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, *this)) return local_failure(errno);
  if (error == 0) connected();
}

// errno; 0: the connection stands already.
int FastOp::connect_from(const Dial& from, const sockaddr_storage& to, socklen_t size) {
  if (socket_ >= 0) ::close(socket_);
  socket_ = open_bound_socket(to, from);
  if (socket_ < 0) return errno;
  shared_.health.own_ports += from.port == 0 ? 0 : 1;
  shared_.watch.before(ends_, shared_.health);
  const int error = ::connect(socket_, reinterpret_cast<const sockaddr*>(&to), size) == 0 ? 0 : errno;
  shared_.watch.after(shared_.health);
  return error;
}

void FastOp::on_ready(std::uint32_t events) {
  if (events & ~std::uint32_t{EPOLLOUT}) seen_readable_ = true;
  switch (state_) {
    case State::connecting:
      return on_connect_result((events & (EPOLLERR | EPOLLHUP)) != 0);
    case State::sending:
      // A reset or an early answer shows on this side first.
      if (events & (EPOLLOUT | EPOLLERR | EPOLLHUP)) send_some();
      return;
    case State::reading:
      if (events & (EPOLLIN | EPOLLRDHUP | EPOLLERR | EPOLLHUP))
        read_some((events & ~std::uint32_t{EPOLLIN | EPOLLOUT}) != 0);
      return;
    case State::naming:
    case State::over:
      return;
  }
}

void FastOp::on_connect_result(bool failed) {
  attempt_.ended = monotonic_now();
  const int error = failed ? pending_error(socket_) : 0;
  if (error == 0) return connected();
  if (is_local_exhaustion(error)) return local_failure(error);
  connect_next(connect_failure(peer(), error, attempt_.ended - attempt_.started));
}

void FastOp::connected() {
  attempt_.connected = attempt_.ended;
  state_ = State::sending;
  limit(deadline_after(request_->request.timeouts.first_byte));
  send_some();
}

// A later limit than the one that is set costs nothing: when that one comes, this is looked at.
void FastOp::limit(Stamp at) {
  limit_ = at;
  if (at < deadline()) shared_.deadlines.set(*this, at);
}

void FastOp::send_some() {
  const std::string_view left = std::string_view(request_->wire).substr(sent_);
  const ssize_t sent = ::send(socket_, left.data(), left.size(), MSG_NOSIGNAL);
  if (sent < 0) {
    if (errno == EAGAIN || errno == EINTR) return;
    return fail(send_failure(errno));
  }
  sent_ += static_cast<std::size_t>(sent);
  if (sent_ < request_->wire.size()) return;
  state_ = State::reading;
  // What came before the last byte went out has had its edge already; what comes later will have its own.
  if (seen_readable_) read_some(true);
}

void FastOp::read_some(bool hangup) {
  while (state_ == State::reading) {
    std::vector<char>& scratch = shared_.scratch;
    const ssize_t got = ::recv(socket_, scratch.data(), scratch.size(), 0);
    peer_closed_ = got == 0 || (got < 0 && errno != EINTR && errno != EAGAIN);
    if (got == 0) return at_end();
    if (got < 0) {
      if (errno == EINTR) continue;
      if (errno == EAGAIN) return;
      const int error = errno;
      return fail(receive_failure(answer_ ? answer_->phase() : Phase::first_byte, error));
    }
    take({scratch.data(), static_cast<std::size_t>(got)});
    // epoll(7): a short read has emptied the buffer; only a hang-up may still stand behind it.
    if (static_cast<std::size_t>(got) < scratch.size() && !hangup) return;
  }
}

void FastOp::take(std::string_view bytes) {
  if (!answer_) {
    attempt_.first_byte = monotonic_now();
    answer_ = std::make_unique<Answer>(request_->request.expect, request_->request.method == "HEAD",
                                       request_->body_regex.get(), &shared_.last_body);
  }
  const Phase before = answer_->phase();
  const Answer::State state = answer_->feed(bytes);
  if (state == Answer::State::whole) return judge();
  if (state == Answer::State::broken) return fail(answer_->failure());
  const bool header_came = before == Phase::first_byte && answer_->phase() == Phase::body;
  if (header_came && request_->request.timeouts.first_byte > Nanos{0}) limit(deadline_after({}));
}

void FastOp::at_end() {
  if (!answer_) return fail(empty_reply());
  if (answer_->feed_end() == Answer::State::whole) return judge();
  fail(answer_->failure());
}

void FastOp::judge() {
  attempt_.ended = monotonic_now();
  attempt_.body_sha256 = answer_->body().finish_sha256();
  attempt_.failure = answer_->body().judge(answer_->status(), attempt_.body_sha256);
  finish();
}

void FastOp::on_deadline() {
  const std::shared_ptr<FastOp> keep = shared_from_this();
  if (limit_ > monotonic_now()) return shared_.deadlines.set(*this, limit_);
  const Nanos after = age();
  switch (state_) {
    case State::naming:
      return fail(name_timed_out(after));
    case State::connecting:
      return fail(connect_timed_out(peer(), after));
    case State::over:
      return;
    case State::sending:
      return fail(response_timed_out(Phase::send, after, 0, std::nullopt));
    case State::reading:
      break;
  }
  if (!answer_) return fail(response_timed_out(Phase::first_byte, after, 0, std::nullopt));
  fail(response_timed_out(answer_->phase(), after, answer_->body().bytes(), answer_->content_length()));
}

void FastOp::local_failure(int error) {
  count_local_exhaustion(shared_.health, error);
  Failure failure = connect_failure(peer(), error, age());
  failure.kind = FailureKind::local_exhaustion;
  fail(std::move(failure));
}

void FastOp::fail(Failure failure) {
  // A connection's refusal was stamped when the kernel told it.
  if (failure.phase != Phase::connect || attempt_.ended == Stamp{}) attempt_.ended = monotonic_now();
  if (failure.kind == FailureKind::connect_timeout && failure.error_number == 0) attempt_.ended = monotonic_now();
  attempt_.failure = std::move(failure);
  finish();
}

void FastOp::finish() {
  Deadlines::clear(*this);
  state_ = State::over;
  if (answer_) {
    attempt_.status = answer_->status();
    attempt_.http_version = answer_->http_version();
    attempt_.body_bytes = answer_->body().bytes();
    if (attempt_.body_sha256.empty()) attempt_.body_sha256 = answer_->body().finish_sha256();
  }
  note_addresses();
  if (socket_ >= 0) ::close(socket_);
  socket_ = -1;
  shared_.ended(*this);
}

void FastOp::note_addresses() {
  if (socket_ < 0) return;
  Dial local = local_end(socket_);
  attempt_.local_port = local.port;
  if (is_unspecified(local.address)) {
    local.address = source_for({attempt_.remote_address, attempt_.remote_port});
  }
  attempt_.local_address = std::move(local.address);
  // TIME_WAIT: a connection stood, and we are the first to close it.
  if (attempt_.connected != Stamp{} && !peer_closed_)
    ends_->closed({attempt_.local_address, local.port}, attempt_.ended);
}

}  // namespace straycat::probe
