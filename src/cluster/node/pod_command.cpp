#include "cluster/node/pod_command.hpp"

#include <array>
#include <cstdlib>
#include <deque>
#include <fcntl.h>
#include <sys/ioctl.h>

#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>

namespace straycat::cluster {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

void set_blocking(int fd) { ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) & ~O_NONBLOCK); }
void set_non_blocking(int fd) { ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK); }

void set_size(int terminal, int columns, int rows) {
  winsize size{};
  size.ws_col = static_cast<unsigned short>(columns);
  size.ws_row = static_cast<unsigned short>(rows);
  ::ioctl(terminal, TIOCSWINSZ, &size);
}

class RunningCommand final : public CommandSession, public std::enable_shared_from_this<RunningCommand> {
 public:
  RunningCommand(const asio::any_io_executor& executor, CommandListener listener)
      : executor_(executor), listener_(std::move(listener)), input_(executor) {}

  Result<> start(Command command, const CommandRequest& request) {
    auto opened = request.tty ? open_terminal(command) : open_pipes(command, request);
    if (!opened) return opened.error();
    auto process = Process::start(executor_, command,
                                  {[weak = weak_from_this()](const std::string& error) {
                                     if (const auto self = weak.lock()) self->started(error);
                                   },
                                   [weak = weak_from_this()](int code) {
                                     if (const auto self = weak.lock()) self->exited(code);
                                   }});
    theirs_.clear();  // the child has its own
    if (!process) return process.error();
    process_ = std::move(*process);
    for (const auto& output : outputs_) pull(output);
    return {};
  }

  void input(std::string data, std::function<void()> taken) override {
    if (!input_.is_open()) return taken();
    auto bytes = std::make_shared<std::string>(std::move(data));
    asio::async_write(input_, asio::buffer(*bytes),
                      [bytes, taken = std::move(taken), weak = weak_from_this()](const error_code&, std::size_t) {
                        if (weak.lock()) taken();  // who reads no more takes everything
                      });
  }
  void end_input() override {
    error_code ignored;
    if (terminal_ < 0) input_.close(ignored);  // a terminal's end is a word that a person types
  }
  void resize(int columns, int rows) override {
    if (terminal_ >= 0) set_size(terminal_, columns, rows);
  }

 private:
  struct Output {
    Output(const asio::any_io_executor& executor, OutputStream which) : end(executor), stream(which) {}
    asio::posix::stream_descriptor end;
    OutputStream stream;
    bool over = false;
  };

  Result<> open_pipes(Command& command, const CommandRequest& request) {
    if (request.in) {
      auto pipe = make_pipe();
      if (!pipe) return pipe.error();
      set_blocking(pipe->read.get());
      set_non_blocking(pipe->write.get());
      command.in_fd = pipe->read.get();
      theirs_.push_back(std::move(pipe->read));
      input_.assign(pipe->write.release());
    }
    for (const auto& [wanted, fd, which] : {std::tuple{request.out, &Command::out_fd, OutputStream::out},
                                            {request.err, &Command::err_fd, OutputStream::err}}) {
      if (!wanted) continue;
      auto pipe = make_pipe();
      if (!pipe) return pipe.error();
      command.*fd = pipe->write.get();
      theirs_.push_back(std::move(pipe->write));
      listen(pipe->read.release(), which);
    }
    return {};
  }

  Result<> open_terminal(Command& command) {
    auto terminal = make_terminal();
    if (!terminal) return terminal.error();
    command.in_fd = command.out_fd = command.err_fd = terminal->slave.get();
    command.terminal = true;
    theirs_.push_back(std::move(terminal->slave));
    input_.assign(::fcntl(terminal->master.get(), F_DUPFD_CLOEXEC, 3));
    terminal_ = terminal->master.get();
    listen(terminal->master.release(), OutputStream::out);
    return {};
  }

  void listen(int fd, OutputStream which) {
    outputs_.push_back(std::make_shared<Output>(executor_, which));
    outputs_.back()->end.assign(fd);
    outputs_.back()->end.non_blocking(true);
  }

  // What stands in the pipe is read; then the next is waited for, unless nobody writes any more: what a command leaves
  // running may hold the pipe for ever.
  void pull(const std::shared_ptr<Output>& output) {
    std::string piece(32 * 1024, '\0');
    error_code error;
    const auto size = output->end.read_some(asio::buffer(piece), error);
    if (size > 0) {
      piece.resize(size);
      return listener_.output(output->stream, std::move(piece), again(output));
    }
    if (error != asio::error::would_block || code_) {
      output->over = true;
      return end_when_over();
    }
    output->end.async_wait(asio::posix::stream_descriptor::wait_read,
                           [go_on = again(output)](const error_code&) { go_on(); });
  }
  std::function<void()> again(const std::shared_ptr<Output>& output) {
    return [weak = weak_from_this(), output] {
      if (const auto self = weak.lock()) self->pull(output);
    };
  }

  void started(const std::string& error) {
    if (!error.empty()) end(0, "error executing command in container: " + error);
  }
  void exited(int code) {
    code_ = code;
    for (const auto& output : outputs_) {
      error_code ignored;
      output->end.cancel(ignored);
    }
    end_when_over();
  }
  void end_when_over() {
    if (code_ && std::all_of(outputs_.begin(), outputs_.end(), [](const auto& output) { return output->over; }))
      end(*code_, "");
  }
  void end(int code, const std::string& error) {
    if (std::exchange(ended_, true)) return;
    asio::post(executor_, [weak = weak_from_this(), code, error] {
      if (const auto self = weak.lock()) self->listener_.ended(code, error);
    });
  }

  asio::any_io_executor executor_;
  CommandListener listener_;
  std::vector<Descriptor> theirs_;  // the command's ends, until it has them
  asio::posix::stream_descriptor input_;
  std::vector<std::shared_ptr<Output>> outputs_;
  int terminal_ = -1;  // the master, which outputs_ owns
  std::optional<int> code_;
  bool ended_ = false;
  std::unique_ptr<Process> process_;
};

}  // namespace

Result<Terminal> make_terminal() {
  Terminal out;
  out.master.reset(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
  if (!out.master || ::grantpt(out.master.get()) != 0 || ::unlockpt(out.master.get()) != 0)
    return system_error("open a terminal");
  out.slave.reset(::ioctl(out.master.get(), TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC));
  if (!out.slave) return system_error("open a terminal's other end");
  set_non_blocking(out.master.get());
  return out;
}

Result<std::shared_ptr<CommandSession>> start_command(const asio::any_io_executor& executor, Command command,
                                                      const CommandRequest& request, CommandListener listener) {
  const auto made = std::make_shared<RunningCommand>(executor, std::move(listener));
  if (const auto started = made->start(std::move(command), request); !started) return started.error();
  return std::shared_ptr<CommandSession>(made);
}

// One who is attached: what comes while a piece of his is on its way waits for him, up to a limit.
class Console::Attached final : public CommandSession, public std::enable_shared_from_this<Attached> {
 public:
  Attached(std::shared_ptr<Console> console, CommandRequest request, CommandListener listener)
      : console_(std::move(console)), request_(std::move(request)), listener_(std::move(listener)) {}
  ~Attached() override {
    if (request_.in && console_->once_) console_->end_input();
  }

  void input(std::string data, std::function<void()> taken) override {
    console_->write(std::move(data), std::move(taken));
  }
  void end_input() override {
    if (console_->once_) console_->end_input();
  }
  void resize(int columns, int rows) override {
    if (console_->terminal_ && console_->input_.is_open()) set_size(console_->input_.native_handle(), columns, rows);
  }

  void wrote(OutputStream stream, std::string_view bytes) {
    constexpr std::size_t most = 4 << 20;
    auto& lane = lanes_[stream == OutputStream::out ? 0 : 1];
    if (!(stream == OutputStream::out ? request_.out : request_.err)) return;
    lane.pending += bytes;
    if (lane.pending.size() > most) lane.pending.clear();  // he does not read: he has lost it
    send(stream);
  }
  void ended() {
    over_ = true;
    finish();
  }

 private:
  struct Lane {
    std::string pending;
    bool busy = false;
  };

  void send(OutputStream stream) {
    auto& lane = lanes_[stream == OutputStream::out ? 0 : 1];
    if (lane.busy || lane.pending.empty()) return finish();
    lane.busy = true;
    listener_.output(stream, std::exchange(lane.pending, {}), [weak = weak_from_this(), stream] {
      const auto self = weak.lock();
      if (!self) return;
      self->lanes_[stream == OutputStream::out ? 0 : 1].busy = false;
      self->send(stream);
    });
  }
  void finish() {
    if (!over_ || told_) return;
    for (const auto& lane : lanes_)
      if (lane.busy || !lane.pending.empty()) return;
    told_ = true;
    asio::post(console_->executor_, [weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->listener_.ended(0, "");
    });
  }

  std::shared_ptr<Console> console_;
  CommandRequest request_;
  CommandListener listener_;
  std::array<Lane, 2> lanes_;
  bool over_ = false, told_ = false;
};

Console::Console(const asio::any_io_executor& executor, Descriptor input, bool terminal, bool once)
    : executor_(executor), input_(executor), terminal_(terminal), once_(once) {
  if (input) input_.assign(input.release());
}

std::shared_ptr<CommandSession> Console::attach(const CommandRequest& request, CommandListener listener) {
  auto made = std::make_shared<Attached>(shared_from_this(), request, std::move(listener));
  std::erase_if(attached_, [](const auto& one) { return one.expired(); });
  attached_.push_back(made);
  asio::post(executor_, [made, early = std::exchange(early_, {})] {
    for (const auto& [stream, bytes] : early)
      made->wrote(stream == LogBook::Stream::out ? OutputStream::out : OutputStream::err, bytes);
  });
  return made;
}

void Console::wrote(LogBook::Stream stream, std::string_view bytes) {
  constexpr std::size_t most_early = 64 * 1024;
  if (once_ && attached_.empty() && early_size_ + bytes.size() <= most_early) {
    early_size_ += bytes.size();
    early_.emplace_back(stream, bytes);
  }
  for (const auto& weak : attached_)
    if (const auto one = weak.lock())
      one->wrote(stream == LogBook::Stream::out ? OutputStream::out : OutputStream::err, bytes);
}

void Console::ended() {
  end_input();
  for (const auto& weak : attached_)
    if (const auto one = weak.lock()) one->ended();
}

void Console::write(std::string bytes, std::function<void()> taken) {
  if (!input_.is_open()) return taken();
  auto kept = std::make_shared<std::string>(std::move(bytes));
  asio::async_write(
      input_, asio::buffer(*kept),
      [kept, taken = std::move(taken), self = shared_from_this()](const error_code&, std::size_t) { taken(); });
}

void Console::end_input() {
  error_code ignored;
  input_.close(ignored);
}

}  // namespace straycat::cluster
