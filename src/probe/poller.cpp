#include "probe/poller.hpp"

#include <array>
#include <sys/epoll.h>
#include <unistd.h>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>

namespace straycat::probe {

namespace asio = boost::asio;

struct Poller::Impl : std::enable_shared_from_this<Impl> {
  explicit Impl(const asio::any_io_executor& executor) : descriptor(executor) {
    const int epoll = ::epoll_create1(EPOLL_CLOEXEC);
    if (epoll >= 0) descriptor.assign(epoll);
  }

  void wait() {
    descriptor.async_wait(asio::posix::stream_descriptor::wait_read,
                          [self = shared_from_this()](boost::system::error_code error) {
                            if (!error) self->serve();
                          });
  }

  void serve() {
    std::array<epoll_event, 128> events;
    const int count = ::epoll_wait(descriptor.native_handle(), events.data(), static_cast<int>(events.size()), 0);
    for (int i = 0; i < count && descriptor.is_open(); ++i) {
      static_cast<Watched*>(events[static_cast<std::size_t>(i)].data.ptr)
          ->on_ready(events[static_cast<std::size_t>(i)].events);
    }
    if (descriptor.is_open()) wait();  // asks anew: what is still ready comes again, after the loop's other work
  }

  int control(int operation, int target, std::uint32_t events, Watched* watched) {
    epoll_event event{};
    event.events = events;
    event.data.ptr = watched;
    return ::epoll_ctl(descriptor.native_handle(), operation, target, &event);
  }

  asio::posix::stream_descriptor descriptor;
};

Poller::Poller(asio::any_io_executor executor) : impl_(std::make_shared<Impl>(executor)) {
  if (usable()) impl_->wait();
}

Poller::~Poller() {
  boost::system::error_code ignored;
  impl_->descriptor.close(ignored);
}

bool Poller::usable() const { return impl_->descriptor.is_open(); }

bool Poller::add(int descriptor, std::uint32_t events, Watched& watched) {
  return usable() && impl_->control(EPOLL_CTL_ADD, descriptor, events, &watched) == 0;
}

bool Poller::modify(int descriptor, std::uint32_t events, Watched& watched) {
  return usable() && impl_->control(EPOLL_CTL_MOD, descriptor, events, &watched) == 0;
}

void Poller::remove(int descriptor) { impl_->control(EPOLL_CTL_DEL, descriptor, 0, nullptr); }

}  // namespace straycat::probe
