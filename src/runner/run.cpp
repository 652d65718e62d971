#include <algorithm>
#include <csignal>
#include <random>
#include <unistd.h>
#include <utility>

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/signal_set.hpp>
#include <fmt/format.h>

#include "runner/cleanup.hpp"
#include "runner/objects.hpp"
#include "runner/run_life.hpp"
#include "runner/site.hpp"
#include "runner/steps.hpp"
#include "runner/watching.hpp"
#include <straycat/core/signals.hpp>
#include <straycat/runner/runner.hpp>

namespace straycat::runner {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

// A process closes its sockets a moment before it has ended; on a busy machine that moment is long.
constexpr Nanos doubt_length = 500ms;
// Longest a watch is asked whether it told everything.
constexpr Nanos proof_length = 2s;

// The shell around a run's life (run_life.hpp).
class Run {
 public:
  Run(asio::io_context& context, const plan::Plan& plan, const Options& options, std::ostream& log,
      const OnEvent& on_event);

  asio::awaitable<void> all();
  // What carried it out failed, or ended before it was over.
  void broke(const std::string& why) { live(came::Broke{why}); }
  [[nodiscard]] Outcome outcome() const { return {life_.end(), life_.error(), steps_.command_status()}; }
  [[nodiscard]] const std::optional<Error>& broken() const { return site_.journal.broken(); }

 private:
  void listen_to_signals();
  void watch_lifeline();
  // What came goes to the life, and what that says is done.
  void live(const Came& what);
  void act(const todo::PassOn&) { steps_.pass_on(signal_); }
  void act(const todo::CutWork&);
  void act(const todo::AwaitCluster&);
  void act(const todo::GiveUpCluster& how);
  void act(const todo::Finish& how) { steps_.cut(how.step); }
  void act(const todo::Say& what);
  void act(const todo::Abandon&) { context_.stop(); }

  asio::awaitable<void> until_cut();
  asio::awaitable<void> work();
  [[nodiscard]] RunEnd end_of_work() const;
  asio::awaitable<Result<>> carry_out();
  asio::awaitable<void> write_header();
  void tell_header();
  asio::awaitable<Result<>> make_namespace();
  asio::awaitable<std::string> finish();

  asio::io_context& context_;
  Site site_;
  Watching watching_;
  Steps steps_;
  RunLife life_;
  asio::steady_timer deadline_;  // cancelled by a cut
  asio::steady_timer doubt_;
  asio::signal_set signals_;
  asio::posix::stream_descriptor lifeline_;
  int signal_ = 0;  // the last one
  bool cut_ = false;
  Header header_;
  bool header_due_ = true;
  Result<> worked_;
};

Run::Run(asio::io_context& context, const plan::Plan& plan, const Options& options, std::ostream& log,
         const OnEvent& on_event)
    : context_(context),
      site_(context.get_executor(), options, plan, log, on_event),
      watching_(site_),
      steps_(site_),
      life_(options.lifeline.has_value()),
      deadline_(context),
      doubt_(context),
      signals_(context),
      lifeline_(context) {
  site_.run_id = options.run_id.empty()
                     ? make_run_id(std::random_device{}() | std::uint64_t{std::random_device{}()} << 32)
                     : options.run_id;
  site_.own_namespace = options.ns.empty();
  site_.ns = site_.own_namespace ? namespace_name(plan.name, site_.run_id) : options.ns;
  site_.journal.on_broken = [this] {
    live(came::LogBroken{"the log cannot be written: " + site_.journal.broken()->message, steps_.command_runs()});
  };
  site_.on_vantage_lost = [this](const std::string& why) { live(came::VantageLost{why, steps_.command_runs()}); };
  site_.on_command_over = [this] { live(came::CommandOver{}); };
}

void Run::live(const Came& what) {
  const auto todo = life_.resume(what);
  for (const auto& one : todo) std::visit([this](const auto& each) { act(each); }, one);
  if (!todo.empty()) site_.changed.ring();
}

void Run::act(const todo::CutWork&) {
  cut_ = true;
  deadline_.cancel();
}

void Run::act(const todo::AwaitCluster&) {
  doubt_.expires_after(doubt_length);
  doubt_.async_wait([this](const boost::system::error_code& error) {
    if (!error) live(came::DoubtOver{});
  });
}

void Run::act(const todo::GiveUpCluster& how) {
  site_.gone = how.why;
  tell_header();
  site_.journal.tell(ClusterLost::kind, monotonic_now(), ClusterLost{how.why});
  site_.client.give_up(how.why);
}

void Run::act(const todo::Say& what) {
  tell_header();
  steps_.cut(what.error);
  site_.journal.tell(RunEnded::kind, monotonic_now(), RunEnded{what.end, what.error});
}

void Run::listen_to_signals() {
  signals_.async_wait([this](const boost::system::error_code& error, int signal) {
    if (error) return;
    signal_ = signal;
    live(came::Signal{steps_.command_runs(), signal == SIGHUP});
    listen_to_signals();
  });
}

void Run::watch_lifeline() {
  if (!site_.options.lifeline) return;
  lifeline_.assign(::dup(site_.options.lifeline->descriptor));
  lifeline_.async_wait(asio::posix::stream_descriptor::wait_read, [this](const boost::system::error_code& error) {
    if (error) return;
    const Lifeline& line = *site_.options.lifeline;
    const std::string how = line.how ? line.how() : "";
    live(came::ClusterEnded{line.what + " ended" + (how.empty() ? "" : ": " + how), steps_.command_runs()});
  });
}

// Returns when the work is to be cut.
asio::awaitable<void> Run::until_cut() {
  deadline_.expires_after(std::chrono::duration_cast<asio::steady_timer::duration>(site_.plan.deadline));
  while (!cut_) {
    const auto [error] = co_await deadline_.async_wait(asio::as_tuple(asio::use_awaitable));
    if (error) co_return;
    deadline_.expires_at(asio::steady_timer::time_point::max());
    live(came::DeadlinePassed{"the run's deadline of " + format_duration(site_.plan.deadline) + " passed"});
  }
}

asio::awaitable<void> Run::all() {
  using namespace asio::experimental::awaitable_operators;
  if (site_.options.interrupted_by_signals) {
    for (const int number : ending_signals()) signals_.add(number);
    listen_to_signals();
  }
  watch_lifeline();
  co_await (work() || until_cut());
  tell_header();
  live(came::WorkOver{worked_ ? "" : worked_.error().message, !worked_, end_of_work()});
  while (life_.state() == RunLife::State::doubting) co_await site_.wait_for_change(doubt_length);
  auto left = co_await finish();
  live(came::Finished{std::move(left)});
  signals_.cancel();
  lifeline_.cancel();
}

// Whose fault it is that the steps were not carried out.
RunEnd Run::end_of_work() const {
  if (worked_ || worked_.error().fault == Fault::own_trouble) return RunEnd::failed;
  return steps_.begun() ? RunEnd::unmet : RunEnd::refused;
}

asio::awaitable<void> Run::work() { worked_ = co_await as_value(carry_out()); }

asio::awaitable<Result<>> Run::carry_out() {
  co_await write_header();
  for (const auto& note : site_.options.notes) site_.journal.note(note);
  if (auto made = co_await make_namespace(); !made) co_return made;
  watching_.start();
  co_await watching_.settle(10s);
  co_return co_await steps_.run();
}

// A cluster that dies while it is asked for its version cuts the work: the log begins with its header all the same.
void Run::tell_header() {
  if (!std::exchange(header_due_, false)) return;
  header_.wall_ns = wall_now_ns();
  site_.journal.tell(Header::kind, monotonic_now(), header_);
}

asio::awaitable<void> Run::write_header() {
  Header& header = header_;
  header.format = std::string{log_format};
  header.run = site_.run_id;
  header.version = site_.options.version.empty() ? STRAYCAT_VERSION : site_.options.version;
  header.seed = site_.options.seed != 0 ? site_.options.seed : site_.plan.seed;
  header.scenario = site_.plan.case_name();
  header.again = site_.options.again;
  header.plan = plan::to_json(site_.plan, true);
  header.ns = site_.ns;
  header.cluster = site_.options.cluster.cluster;
  // A cluster that does not answer fails the next call, with its words; the log has its header in any case.
  if (auto version = co_await site_.client.version()) header.cluster_version = text_at(*version, {"gitVersion"});
  if (header.embedded()) header.cluster = "embedded";
  const auto nodes = co_await site_.client.raw("GET", "/api/v1/nodes?limit=1");
  if (nodes)
    if (const auto list = json::parse(nodes->body, nullptr, false);
        list.is_object() && list.contains("items") && !list["items"].empty())
      header.data_plane = model::project_node(list["items"][0]).data_plane;
  tell_header();
}

asio::awaitable<Result<>> Run::make_namespace() {
  const auto type = *kube::resource_for_kind("Namespace");
  // No conditional expression around the co_awaits: g++ 12 destroys the temporaries of both its arms.
  auto wanted = site_.own_namespace ? site_.client.create(type, "", namespace_object(site_.ns, site_.run_id))
                                    : site_.client.get(type, "", site_.ns);
  auto there = co_await std::move(wanted);
  // A person with rights in one namespace only need not be able to read the namespace itself.
  if (!there && !site_.own_namespace && there.error().code == 403) co_return Result<>{};
  if (!there && there.error().not_found() && !site_.own_namespace)
    co_return bad_input(fmt::format("there is no namespace {} ({})", site_.ns, there.error().to_error().message));
  if (!there) co_return there.error().to_error().within("namespace " + site_.ns);
  site_.namespace_uid = text_at(*there, {"metadata", "uid"});
  co_return Result<>{};
}

// What could not be cleaned up.
asio::awaitable<std::string> Run::finish() {
  if (!site_.gone) co_await steps_.end_faults();
  co_await steps_.stop_traffic();
  const Nanos proof = site_.gone ? Nanos{} : proof_length;
  co_await watching_.prove(proof);
  co_await watching_.stop();
  const bool made = site_.own_namespace ? !site_.namespace_uid.empty() : !site_.made.empty();
  if (!made || site_.gone) co_return "";  // what an ended cluster held is gone with it
  // So is what a cluster holds that was started for this run and ends after it: nothing measures how long its pods take
  // to end. Their grace periods were 3 s of silence in the article, 30 s where pods do not heed SIGTERM.
  if (site_.options.lifeline) co_return "";
  const auto clean = co_await clean_up(site_, 60s);
  if (clean || site_.gone) co_return "";
  site_.journal.note("clean-up: " + clean.error().message);
  co_return clean.error().message;
}

}  // namespace

Result<Outcome> run(const plan::Plan& plan, const Options& options, std::ostream& log, const OnEvent& on_event) {
  asio::io_context context{1};
  Run run{context, plan, options, log, on_event};
  spawn(context.get_executor(), run.all(), [&](const std::string& why) { run.broke(why); });
  try {
    context.run();
  } catch (const std::exception& thrown) {
    run.broke(thrown.what());
  }
  run.broke("the run's loop ended before the run did");  // unless it is over
  if (run.broken()) return *run.broken();
  return run.outcome();
}

}  // namespace straycat::runner
