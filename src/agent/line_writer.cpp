#include "agent/line_writer.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <boost/asio/posix/stream_descriptor.hpp>

namespace straycat::agent {

namespace {

// pipe(7): a pipe that poll() calls writable takes a page without blocking.
constexpr std::size_t piece = 4096;

bool writable(int descriptor, Nanos limit) {
  pollfd entry{descriptor, POLLOUT, 0};
  const auto millis = std::chrono::duration_cast<std::chrono::milliseconds>(limit).count();
  return ::poll(&entry, 1, static_cast<int>(std::max<long>(0, millis))) > 0;
}

}  // namespace

struct LineWriter::Impl : std::enable_shared_from_this<Impl> {
  Impl(const boost::asio::any_io_executor& executor, int target, std::size_t room)
      : out(::fcntl(target, F_DUPFD_CLOEXEC, 0)), bound(room), readiness(executor) {
    // A regular file has no readiness: epoll refuses it, and it never blocks for long.
    boost::system::error_code refused;
    if (out >= 0) readiness.assign(out, refused);
    watched = out >= 0 && !refused;
    broken = out < 0;
  }
  ~Impl() {
    if (watched) {
      readiness.release();
    }
    if (out >= 0) ::close(out);
  }

  [[nodiscard]] std::size_t left() const { return buffer.size() - written; }

  // One piece. False: nothing more can be written now.
  bool write_piece() {
    const ssize_t count = ::write(out, buffer.data() + written, std::min(piece, left()));
    if (count < 0) {
      if (errno == EINTR) return true;
      if (errno != EAGAIN) broken = true;
      return false;
    }
    written += static_cast<std::size_t>(count);
    if (written == buffer.size() || written > (256u << 10)) {
      buffer.erase(0, written);
      written = 0;
    }
    return true;
  }

  void pump() {
    if (waiting || closed) return;
    while (left() > 0 && !broken) {
      if ((watched && !writable(out, Nanos{0})) || !write_piece()) break;
    }
    if (left() == 0 || broken || !watched) return;
    waiting = true;
    readiness.async_wait(boost::asio::posix::stream_descriptor::wait_write,
                         [self = shared_from_this()](boost::system::error_code error) {
                           self->waiting = false;
                           if (!error) self->pump();
                         });
  }

  int out;
  std::size_t bound;
  boost::asio::posix::stream_descriptor readiness;
  std::string buffer;
  std::size_t written = 0;  // of buffer
  bool watched = false, waiting = false, broken = false, closed = false;
};

LineWriter::LineWriter(boost::asio::any_io_executor executor, int descriptor, std::size_t bound)
    : impl_(std::make_shared<Impl>(executor, descriptor, bound)) {}

LineWriter::~LineWriter() {
  impl_->closed = true;
  boost::system::error_code ignored;
  if (impl_->watched) impl_->readiness.cancel(ignored);
}

bool LineWriter::push(std::string line, bool important) {
  const std::size_t room = important ? impl_->bound * 2 : impl_->bound;
  if (impl_->left() + line.size() + 1 > room) return false;
  impl_->buffer += line;
  impl_->buffer += '\n';
  impl_->pump();
  return true;
}

bool LineWriter::drain(Nanos patience, Nanos limit) {
  const Stamp end = monotonic_now() + limit;
  while (impl_->left() > 0 && !impl_->broken) {
    const Nanos rest = end - monotonic_now();
    if (rest <= Nanos{0}) return false;
    if (impl_->watched && !writable(impl_->out, std::min(rest, patience))) return false;
    impl_->write_piece();
  }
  return impl_->left() == 0;
}

bool LineWriter::broken() const { return impl_->broken; }

}  // namespace straycat::agent
