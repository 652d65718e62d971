// Processes, probes and hooks on this machine: real children, real sockets on 127.0.0.1.
#include <csignal>
#include <fcntl.h>
#include <fstream>
#include <sys/resource.h>
#include <thread>
#include <unistd.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/streambuf.hpp>
#include <boost/asio/write.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cluster/node/prober.hpp"
#include "cluster/node/process.hpp"

namespace straycat::cluster {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using asio::ip::tcp;
using testing::HasSubstr;

Command shell(const std::string& script) {
  Command out;
  out.arguments = {"sh", "-c", script};
  out.env = {{"PATH", "/usr/bin:/bin"}};
  return out;
}

// Runs a command to its end.
struct Outcome {
  std::string error = "never started";
  int code = -1;
};
Outcome run(const Command& command, const std::function<void(Process&)>& meanwhile = {}) {
  asio::io_context io;
  Outcome out;
  std::unique_ptr<Process> process;
  auto started = Process::start(io.get_executor(), command,
                                {[&](const std::string& error) {
                                   out.error = error;
                                   if (error.empty() && meanwhile) meanwhile(*process);
                                 },
                                 [&](int code) { out.code = code; }});
  if (!started) return {started.error().message, -1};
  process = std::move(*started);
  io.run_for(10s);
  return out;
}

TEST(Process, ExitCodesAndSignalsAsKubernetesCountsThem) {
  EXPECT_EQ(run(shell("exit 0")).code, 0);
  EXPECT_EQ(run(shell("exit 3")).code, 3);
  EXPECT_EQ(run(shell("kill -9 $$")).code, 137);
  const Outcome ended = run(shell("sleep 30"), [](Process& process) { process.signal(SIGTERM); });
  EXPECT_EQ(ended.error, "");
  EXPECT_EQ(ended.code, 143);
}

TEST(Process, ACommandThatCannotRunSaysWhyAndNeverExits) {
  Command command = shell("");
  command.arguments = {"/does/not/exist"};
  Outcome ended = run(command);
  EXPECT_EQ(ended.error, "exec /does/not/exist: No such file or directory");
  EXPECT_EQ(ended.code, -1);
  command = shell("true");
  command.working_dir = "/nowhere";
  EXPECT_EQ(run(command).error, "chdir /nowhere: No such file or directory");
}

TEST(Process, SeesOnlyItsOwnEnvironmentAndDescriptors) {
  asio::io_context io;
  const auto pipe = make_pipe();
  const auto kept = make_pipe();
  ASSERT_TRUE(pipe && kept);
  Command command = shell("env; ls /proc/self/fd | wc -l");
  command.env["ONLY"] = "this";
  command.out_fd = pipe->write.get();
  EXPECT_EQ(run(command).code, 0);
  char text[4096] = {};
  ASSERT_GT(::read(pipe->read.get(), text, sizeof text - 1), 0);
  EXPECT_THAT(text, HasSubstr("ONLY=this"));
  EXPECT_THAT(text, testing::Not(HasSubstr("HOME=")));
  EXPECT_THAT(text, HasSubstr("\n4\n")) << "standard three, and ls's own";
}

TEST(Process, ReadsWhatItIsGiven) {
  const auto in = make_pipe(), out = make_pipe();
  ASSERT_TRUE(in && out);
  ASSERT_EQ(::write(in->write.get(), "words\n", 6), 6);
  ::fcntl(in->read.get(), F_SETFL, 0);
  Command command = shell("read line; echo got $line");
  command.in_fd = in->read.get();
  command.out_fd = out->write.get();
  EXPECT_EQ(run(command).code, 0);
  char text[32] = {};
  ASSERT_GT(::read(out->read.get(), text, sizeof text - 1), 0);
  EXPECT_STREQ(text, "got words\n");
}

// A node with many pods has more descriptors than 1,024, and a pod's holder waits on one of them.
TEST(Process, AForkKeepsItsDescriptorsWhereverTheyLie) {
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  rlimit raised = before;
  raised.rlim_cur = std::min<rlim_t>(before.rlim_max, 4096);
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &raised), 0);
  if (raised.rlim_cur < 2000) GTEST_SKIP() << "this machine allows fewer than 2,000 descriptors";
  for (const int lowest : {3, 1022, 1500}) {
    asio::io_context io;
    auto pipe = make_pipe();
    ASSERT_TRUE(pipe.has_value());
    const Descriptor kept(::fcntl(pipe->write.get(), F_DUPFD_CLOEXEC, lowest));
    const Descriptor left(::fcntl(pipe->write.get(), F_DUPFD_CLOEXEC, lowest));  // open here, not there
    ASSERT_TRUE(kept && left);
    int code = -1;
    auto child = Process::fork(
        io.get_executor(), 0, {kept.get()},
        [&] {
          if (::fcntl(left.get(), F_GETFD) != -1) return 2;
          return ::write(kept.get(), "x", 1) == 1 ? 0 : 1;
        },
        [&](int ended) { code = ended; });
    ASSERT_TRUE(child.has_value());
    io.run_for(5s);
    EXPECT_EQ(code, 0) << "from " << lowest << " on";
    char byte = 0;
    EXPECT_EQ(::read(pipe->read.get(), &byte, 1), 1) << "from " << lowest << " on";
  }
  ::setrlimit(RLIMIT_NOFILE, &before);
}

TEST(Process, DestroyingItKillsTheChild) {
  asio::io_context io;
  auto started = Process::start(io.get_executor(), shell("sleep 30"),
                                {[](const std::string&) {}, [](int) { FAIL() << "it was destroyed"; }});
  ASSERT_TRUE(started.has_value());
  const pid_t pid = (*started)->pid();
  io.run_for(50ms);
  started->reset();
  io.run_for(2s);
  EXPECT_EQ(::kill(pid, 0), -1) << "and it was reaped";
}

TEST(Process, WhatItLeavesInItsGroupDiesWithIt) {
  const auto pipe = make_pipe();
  ASSERT_TRUE(pipe.has_value());
  Command command = shell("sleep 30 & echo $!");
  command.out_fd = pipe->write.get();
  EXPECT_EQ(run(command).code, 0);
  char text[32] = {};
  ASSERT_GT(::read(pipe->read.get(), text, sizeof text - 1), 0);
  const pid_t left = std::atoi(text);
  ASSERT_GT(left, 1);
  // Nobody here is its parent: it may stay as a zombie for a moment, or for ever where PID 1 does not reap.
  for (int i = 0; i < 3000 && ::kill(left, 0) == 0; ++i) {
    std::string stat;
    std::getline(std::ifstream("/proc/" + std::to_string(left) + "/stat"), stat);
    if (stat.find(") Z") != std::string::npos) return;
    std::this_thread::sleep_for(10ms);
  }
  EXPECT_NE(::kill(left, 0), 0);
}

// A server on 127.0.0.1 that answers each connection with `answer`, or closes it (""), or says nothing ("-").
class Server {
 public:
  explicit Server(std::string answer)
      : answer_(std::move(answer)), acceptor_(io_, tcp::endpoint(asio::ip::address_v4::loopback(), 0)) {
    accept();
    thread_ = std::thread([this] { io_.run(); });
  }
  ~Server() {
    io_.stop();
    thread_.join();
  }
  [[nodiscard]] int port() const { return acceptor_.local_endpoint().port(); }
  std::string request;

 private:
  void accept() {
    acceptor_.async_accept([this](const boost::system::error_code& error, tcp::socket socket) {
      if (error) return;
      sockets_.push_back(std::make_unique<tcp::socket>(std::move(socket)));
      boost::system::error_code ignored;
      if (answer_ != "-") {
        asio::streambuf head;
        asio::read_until(*sockets_.back(), head, "\r\n\r\n", ignored);
        request = std::string(asio::buffers_begin(head.data()), asio::buffers_end(head.data()));
        asio::write(*sockets_.back(), asio::buffer(answer_), ignored);
        sockets_.back()->close(ignored);
      }
      accept();
    });
  }
  std::string answer_;
  asio::io_context io_;
  tcp::acceptor acceptor_;
  std::vector<std::unique_ptr<tcp::socket>> sockets_;
  std::thread thread_;
};

Handler http(int port, const std::string& path = "/healthz") {
  Handler out;
  out.kind = Handler::Kind::http;
  out.port = port;
  out.path = path;
  return out;
}

template <class Start>
ProbeAnswer ask(const Start& start) {
  asio::io_context io;
  std::optional<ProbeAnswer> answer;
  const Attempt attempt = start(io.get_executor(), [&](ProbeAnswer what) { answer = std::move(what); });
  io.run_for(10s);
  return answer.value_or(ProbeAnswer{ProbeOutcome::failure, "no answer", true});
}
ProbeAnswer ask_http(const Handler& handler, Nanos timeout = 5s) {
  return ask([&](auto executor, OnAnswer on_answer) {
    return probe_http(executor, handler, "127.0.0.1", timeout, on_answer);
  });
}

// A port of 127.0.0.1 where nobody listens.
int closed_port() {
  asio::io_context io;
  tcp::acceptor acceptor(io, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
  return acceptor.local_endpoint().port();
}

TEST(Prober, StatusesFrom200To399AreSuccess) {
  for (const auto& [status, good] :
       {std::pair{200, true}, {204, true}, {302, true}, {399, true}, {400, false}, {404, false}, {503, false}}) {
    const Server server("HTTP/1.1 " + std::to_string(status) + " X\r\nContent-Length: 0\r\n\r\n");
    const ProbeAnswer answer = ask_http(http(server.port()));
    EXPECT_EQ(answer.outcome == ProbeOutcome::success, good) << status << " " << answer.message;
    if (!good) EXPECT_EQ(answer.message, "HTTP probe failed with statuscode: " + std::to_string(status));
  }
}

TEST(Prober, SendsWhatKubeletSends) {
  Server server("HTTP/1.1 200 OK\r\n\r\n");
  Handler handler = http(server.port(), "/ready?x=1");
  handler.headers = {{"X-Who", "me"}, {"Host", "sayhi"}};
  EXPECT_EQ(ask_http(handler).outcome, ProbeOutcome::success);
  EXPECT_EQ(server.request,
            "GET /ready?x=1 HTTP/1.1\r\nHost: sayhi\r\nX-Who: me\r\nUser-Agent: kube-probe/1.36\r\nAccept: "
            "*/*\r\nConnection: close\r\n\r\n");
}

TEST(Prober, FailuresInGosWords) {
  const int closed = closed_port();
  const std::string target = "127.0.0.1:" + std::to_string(closed);
  EXPECT_EQ(ask_http(http(closed)).message,
            "Get \"http://" + target + "/healthz\": dial tcp " + target + ": connect: connection refused");
  Handler tcp_handler = http(closed);
  tcp_handler.kind = Handler::Kind::tcp;
  EXPECT_EQ(ask([&](auto executor, OnAnswer done) {
              return probe_tcp(executor, tcp_handler, "127.0.0.1", 1s, done);
            }).message,
            "dial tcp " + target + ": connect: connection refused");
  const Server silent("-"), closing("");
  EXPECT_THAT(ask_http(http(silent.port()), 100ms).message,
              HasSubstr("context deadline exceeded (Client.Timeout exceeded while awaiting headers)"));
  EXPECT_THAT(ask_http(http(closing.port())).message, HasSubstr("/healthz\": EOF"));
  Handler nameless = http(0);
  nameless.port_name = "web";
  EXPECT_EQ(ask_http(nameless).message, "couldn't find port: web");
}

TEST(Prober, TcpNeedsOnlyAConnection) {
  const Server server("-");
  Handler handler = http(server.port());
  handler.kind = Handler::Kind::tcp;
  EXPECT_EQ(
      ask([&](auto executor, OnAnswer done) { return probe_tcp(executor, handler, "127.0.0.1", 1s, done); }).outcome,
      ProbeOutcome::success);
}

TEST(Prober, ExecJudgesByTheExitCodeAndTellsWhatWasPrinted) {
  const auto exec = [](const std::string& script, Nanos timeout) {
    return ask([&](auto executor, OnAnswer done) { return probe_exec(executor, shell(script), timeout, done); });
  };
  EXPECT_EQ(exec("exit 0", 5s).outcome, ProbeOutcome::success);
  const ProbeAnswer failed = exec("echo not yet; echo really >&2; exit 1", 5s);
  EXPECT_EQ(failed.outcome, ProbeOutcome::failure);
  EXPECT_EQ(failed.message, "not yet\nreally\n");
  EXPECT_EQ(exec("sleep 20", 100ms).message, "command timed out: \"sh -c sleep 20\" timed out after 100ms");
}

TEST(Prober, AnAbandonedAttemptStaysSilent) {
  const Server silent("-");
  asio::io_context io;
  {
    const Attempt attempt =
        probe_http(io.get_executor(), http(silent.port()), "127.0.0.1", 10s, [](const ProbeAnswer&) { FAIL(); });
    io.run_for(50ms);
  }
  io.run_for(1s);
  EXPECT_TRUE(io.stopped()) << "nothing is left to wait for";
}

}  // namespace
}  // namespace straycat::cluster
