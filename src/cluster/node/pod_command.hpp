// What a person asks of a running container: a further command in it, or to be attached to its own process.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include "cluster/node/log_book.hpp"
#include "cluster/node/process.hpp"
#include "cluster/store/pod_streams.hpp"
#include "cluster/system/descriptor.hpp"
#include <straycat/core/result.hpp>

namespace straycat::cluster {

// A terminal's two ends (pty(7)); close-on-exec, the master non-blocking.
struct Terminal {
  Descriptor master, slave;
};
[[nodiscard]] Result<Terminal> make_terminal();

// Starts `command` with the streams that the request has.
[[nodiscard]] Result<std::shared_ptr<CommandSession>> start_command(const boost::asio::any_io_executor& executor,
                                                                    Command command, const CommandRequest& request,
                                                                    CommandListener listener);

// One instance of a container, for those who attach to it: its standard input, and who hears what it writes.
class Console : public std::enable_shared_from_this<Console> {
 public:
  // `input`: the end into which its standard input is written (a pipe's, or its terminal's), not blocking; may be none.
  // `once`: it waits for one who attaches (kubectl run -i); when he goes its input ends. He also gets what it wrote
  // before he came, up to 64 KiB: a container here starts sooner than kubectl asks.
  Console(const boost::asio::any_io_executor& executor, Descriptor input, bool terminal, bool once);

  [[nodiscard]] std::shared_ptr<CommandSession> attach(const CommandRequest& request, CommandListener listener);
  void wrote(LogBook::Stream stream, std::string_view bytes);
  void ended();

 private:
  class Attached;
  void write(std::string bytes, std::function<void()> taken);
  void end_input();

  boost::asio::any_io_executor executor_;
  boost::asio::posix::stream_descriptor input_;
  bool terminal_, once_;
  std::vector<std::weak_ptr<Attached>> attached_;
  std::vector<std::pair<LogBook::Stream, std::string>> early_;  // written before the first of `once` came
  std::size_t early_size_ = 0;
};

}  // namespace straycat::cluster
