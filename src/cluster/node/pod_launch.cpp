// PodRunner's containers: command line and environment, start, output, end.
#include <csignal>
#include <fcntl.h>
#include <random>
#include <unistd.h>
#include <utility>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <fmt/format.h>

#include "cluster/kinds/quantity.hpp"
#include "cluster/node/pod_runner.hpp"

namespace straycat::cluster {

namespace asio = boost::asio;

// One of a container's two streams on its way into the log.
struct PodRunner::Output {
  Output(asio::io_context& io, const Slot& slot, LogBook::Stream which)
      : pipe(io), book(slot.book), console(slot.console), stream(which) {}
  asio::posix::stream_descriptor pipe;
  std::shared_ptr<LogBook> book;
  std::shared_ptr<Console> console;
  LogBook::Stream stream;
  std::vector<char> buffer = std::vector<char>(65536);
  bool open = true;

  // What stands in the pipe, at most one buffer of it; false at its end.
  bool take() {
    boost::system::error_code error;
    const std::size_t size = pipe.read_some(asio::buffer(buffer), error);
    if (size > 0) book->append(stream, std::string_view(buffer.data(), size), wall_now_ns());
    if (size > 0) console->wrote(stream, std::string_view(buffer.data(), size));
    last_error = error;
    return !error || error == asio::error::would_block;
  }
  boost::system::error_code last_error;
};

namespace {

std::string new_container_id() {
  std::random_device random;
  std::string out = "straycat://";
  for (int i = 0; i < 8; ++i) out += fmt::format("{:08x}", random());
  return out;
}

}  // namespace

Result<Command> PodRunner::container_command(std::size_t index) {
  const PodSpec& spec = machine_.spec();
  const ContainerSpec& container = spec.containers[index];
  std::vector<Object> services = spec.service_links ? tools_.store.list("Service", spec.ns) : std::vector<Object>();
  std::vector<const json*> pointers;
  for (const Object& service : services) pointers.push_back(service.get());
  auto env = environment(spec, container, facts(), service_links(pointers));
  if (!env) return env.error();
  Command out;
  out.arguments = command_line(container, *env);
  out.env = std::move(*env);
  if (out.arguments.empty()) return bad_input("no command specified");
  out.working_dir = working_dir(container);
  out.self_exe_fd = tools_.self_exe_fd;
  out.own_programs_fd = tools_.own_programs.get();
  out.join_namespaces_of = sandbox_->pidfd();
  out.own_pid_namespace = tools_.plane.isolates_pods();
  if (tools_.machine == nullptr && container.tree)
    return bad_input("the loopback fallback runs programs of this machine, and no image that brings its files");
  if (tools_.machine == nullptr) return out;
  auto root = container_root(index, out.env);
  if (!root) return root.error();
  out.root = std::move(*root);
  out.self_path = tools_.machine->self_path;
  out.join_user_namespace = tools_.machine->users.own_namespace;
  auto confinement = container_confinement(index);
  if (!confinement) return confinement.error();
  const bool other_user =
      container.security.user && *container.security.user != (container.tree ? container.tree->uid : 0);
  out.env.try_emplace("HOME", other_user ? "/" : container.tree ? container.tree->home : "/root");
  out.confinement = std::make_shared<const Confinement>(std::move(*confinement));
  return out;
}

// Its output in two pipes, and its input in one where it wants that; or all three in a terminal. What is read from its
// outputs, standard output first.
Result<std::array<Descriptor, 2>> PodRunner::open_streams(std::size_t index, Command& command,
                                                          std::vector<Descriptor>& theirs) {
  const ContainerSpec& container = machine_.spec().containers[index];
  const auto executor = tools_.io.get_executor();
  if (container.terminal) {
    auto terminal = make_terminal();
    if (!terminal) return terminal.error();
    command.in_fd = command.out_fd = command.err_fd = terminal->slave.get();
    command.terminal = true;
    theirs.push_back(std::move(terminal->slave));
    Descriptor input{::fcntl(terminal->master.get(), F_DUPFD_CLOEXEC, 3)};
    slots_[index].console = std::make_shared<Console>(executor, std::move(input), true, container.in_once);
    return std::array<Descriptor, 2>{std::move(terminal->master), Descriptor()};
  }
  auto in = make_pipe(), out = make_pipe(1 << 20), err = make_pipe(1 << 18);
  for (const auto* pipe : {&in, &out, &err})
    if (!*pipe) return pipe->error();
  command.out_fd = out->write.get();
  command.err_fd = err->write.get();
  Descriptor input;
  if (container.in) {
    ::fcntl(in->read.get(), F_SETFL, 0);  // the container's own end waits
    ::fcntl(in->write.get(), F_SETFL, O_NONBLOCK);
    command.in_fd = in->read.get();
    input = std::move(in->write);
    theirs.push_back(std::move(in->read));
  }
  theirs.push_back(std::move(out->write));
  theirs.push_back(std::move(err->write));
  slots_[index].console = std::make_shared<Console>(executor, std::move(input), false, container.in_once);
  return std::array<Descriptor, 2>{std::move(out->read), std::move(err->read)};
}

Result<> PodRunner::launch(std::size_t index) {
  Slot& slot = slots_[index];
  ++slot.instance;
  auto command = container_command(index);
  if (!command) return command.error();
  std::vector<Descriptor> theirs;  // the container's ends of its streams: closed here once it has them
  auto outputs = open_streams(index, *command, theirs);
  if (!outputs) return outputs.error();
  slot.env = command->env;
  slot.confinement = command->confinement;
  if (tools_.machine != nullptr) {  // /dev/stdout is opened anew by some programs
    const PodUsers& users = tools_.machine->users;
    const unsigned uid = users.own_namespace ? command->confinement->uid : 0;
    const unsigned owner = users.owner + (uid < users.count ? uid : 0);
    for (const int fd : {command->out_fd, command->err_fd}) (void)::fchown(fd, owner, owner);
  }
  const int instance = slot.instance;
  auto process = Process::start(
      tools_.io.get_executor(), *command,
      {guarded([index, instance](PodRunner& self, const std::string& error) {
         if (self.slots_[index].instance != instance) return;
         if (error.empty()) {
           self.watch_memory(index, instance);
           return self.feed(input::Started{index, new_container_id()});
         }
         self.drain_and_close(self.slots_[index]);
         self.slots_[index].process.reset();
         self.feed(input::StartFailed{index, "StartError", error});
       }),
       guarded([index, instance](PodRunner& self, int code) { self.container_ended(index, instance, code); })});
  if (!process) return process.error();
  slot.process = std::move(*process);
  if (slot.book) slot.previous_book = std::exchange(slot.book, nullptr);
  slot.book = std::make_shared<LogBook>(tools_.io.get_executor());
  for (const auto which : {LogBook::Stream::out, LogBook::Stream::err}) {
    const auto at = which == LogBook::Stream::out ? 0U : 1U;
    slot.outputs[at] = nullptr;
    if (!(*outputs)[at]) continue;  // a terminal has one stream
    slot.outputs[at] = std::make_shared<Output>(tools_.io, slot, which);
    slot.outputs[at]->pipe.assign((*outputs)[at].release());
    slot.outputs[at]->pipe.non_blocking(true);
    pump(slot.outputs[at]);
  }
  return {};
}

// Waits and then reads, in one step of this thread: an asynchronous read whose completion is still queued would hold
// bytes that drain_and_close could not see, and they would be lost. The book lives as long as somebody reads it.
void PodRunner::pump(const std::shared_ptr<Output>& output) {
  output->pipe.async_wait(asio::posix::stream_descriptor::wait_read,
                          guarded([output](PodRunner& self, const boost::system::error_code& error) {
                            if (error || !output->open) return;
                            if (output->take()) self.pump(output);
                          }));
}

// The process has ended; its last lines may still stand in the pipes. (A process that it left behind without a PID
// namespace may hold them open: not waited for.)
void PodRunner::drain_and_close(Slot& slot) {
  for (const auto& output : slot.outputs) {
    if (!output) continue;
    output->open = false;
    do output->take();
    while (!output->last_error);
    boost::system::error_code ignored;
    output->pipe.close(ignored);
  }
  slot.outputs = {};
  if (slot.book) slot.book->close(wall_now_ns());
  if (slot.console) slot.console->ended();
}

void PodRunner::watch_memory(std::size_t index, int instance) {
  const Slot& slot = slots_[index];
  if (tools_.warden == nullptr || !slot.process) return;
  const auto& limits = machine_.spec().containers[index].limits;
  const auto limit = limits.find("memory");
  const auto milli = limit == limits.end() ? std::nullopt : parse_quantity_milli(limit->second);
  tools_.warden->watch(slot.process->pid(), milli.value_or(0) / 1000, guarded([index, instance](PodRunner& self) {
                         Slot& present = self.slots_[index];
                         if (present.instance != instance || !present.process) return;
                         present.out_of_memory = true;
                         present.process->signal(SIGKILL);
                       }));
}

void PodRunner::container_ended(std::size_t index, int instance, int code) {
  Slot& slot = slots_[index];
  if (slot.instance != instance) return;
  if (tools_.warden != nullptr && slot.process) tools_.warden->forget(slot.process->pid());
  drain_and_close(slot);
  slot.probes.clear();
  slot.hook.clear();
  slot.process.reset();
  feed(input::Exited{index, code, std::exchange(slot.out_of_memory, false), last_word(index, code)});
}

// Kubelet's limits (pkg/kubelet/container/runtime.go MaxContainerTerminationMessage*).
std::string PodRunner::last_word(std::size_t index, int code) const {
  constexpr std::size_t longest = 4096, longest_of_log = 2048, most_lines = 80;
  const Slot& slot = slots_[index];
  std::string out;
  // The file lies in the container's tree as a mount, so that nothing else can stand in its place.
  if (const Descriptor file(::open(slot.message.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)); file) {
    out.resize(longest);
    const auto size = ::pread(file.get(), out.data(), out.size(), 0);
    out.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
  }
  if (!out.empty() || code == 0 || !machine_.spec().containers[index].message_from_log || !slot.book) return out;
  const auto lines = slot.book->read();
  for (std::size_t i = lines.size() - std::min(lines.size(), most_lines); i < lines.size(); ++i)
    out += (out.empty() ? "" : "\n") + lines[i].text;
  return out.size() > longest_of_log ? out.substr(out.size() - longest_of_log) : out;
}

}  // namespace straycat::cluster
