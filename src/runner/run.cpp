#include <algorithm>
#include <csignal>
#include <random>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <fmt/format.h>

#include "runner/cleanup.hpp"
#include "runner/objects.hpp"
#include "runner/site.hpp"
#include "runner/steps.hpp"
#include "runner/watching.hpp"
#include <straycat/runner/runner.hpp>

namespace straycat::runner {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

class Run {
 public:
  Run(asio::io_context& context, const plan::Plan& plan, const Options& options, std::ostream& log,
      const OnEvent& on_event)
      : context_(context),
        site_(context.get_executor(), options, plan, log, on_event),
        watching_(site_),
        steps_(site_),
        halt_(context),
        signals_(context) {
    site_.run_id = options.run_id.empty()
                       ? make_run_id(std::random_device{}() | std::uint64_t{std::random_device{}()} << 32)
                       : options.run_id;
    site_.own_namespace = options.ns.empty();
    site_.ns = site_.own_namespace ? namespace_name(plan.name, site_.run_id) : options.ns;
    site_.journal.on_broken = [this] {
      if (steps_.command_runs()) return;  // a full disk of ours is no reason to end what the person began
      halt(End::failed, "the log cannot be written: " + site_.journal.broken()->message);
    };
  }

  asio::awaitable<void> all();
  // What the program says when it had to stop in the middle of all().
  void abandoned(const std::string& why) {
    if (over_) return;
    steps_.cut(why);
    outcome_ = {outcome_.end == End::finished ? End::failed : outcome_.end, why};
    say_ended();
  }
  [[nodiscard]] Outcome outcome() const { return outcome_; }
  [[nodiscard]] const std::optional<Error>& broken() const { return site_.journal.broken(); }

 private:
  void listen_to_signals();
  void halt(End end, std::string error);
  asio::awaitable<void> halted();
  asio::awaitable<void> work();
  asio::awaitable<Result<>> carry_out();
  asio::awaitable<void> write_header();
  asio::awaitable<Result<>> make_namespace();
  asio::awaitable<void> finish();
  void say_ended();

  asio::io_context& context_;
  Site site_;
  Watching watching_;
  Steps steps_;
  asio::steady_timer halt_;  // expires at the deadline; cancelled by a halt
  asio::signal_set signals_;
  bool halting_ = false, over_ = false, working_ = true;
  Outcome outcome_;
};

void Run::halt(End end, std::string error) {
  if (halting_ || !working_) return;
  halting_ = true;
  outcome_ = {end, std::move(error)};
  halt_.cancel();
}

void Run::listen_to_signals() {
  if (!site_.options.interrupted_by_signals) return;
  signals_.async_wait([this](const boost::system::error_code& error, int signal) {
    if (error) return;
    if (!halting_ && working_ && steps_.pass_on(signal)) return listen_to_signals();
    if (halting_ || !working_) {  // the second one, or while cleaning up: at once
      outcome_.end = End::interrupted;
      context_.stop();
      return;
    }
    halt(End::interrupted, "");
    listen_to_signals();
  });
}

asio::awaitable<void> Run::halted() {
  halt_.expires_after(std::chrono::duration_cast<asio::steady_timer::duration>(site_.plan.deadline));
  if (halting_) co_return;
  const auto [error] = co_await halt_.async_wait(asio::as_tuple(asio::use_awaitable));
  if (!error) halt(End::deadline, "the run's deadline of " + format_duration(site_.plan.deadline) + " passed");
}

asio::awaitable<void> Run::all() {
  using namespace asio::experimental::awaitable_operators;
  if (site_.options.interrupted_by_signals) {
    signals_.add(SIGINT);
    signals_.add(SIGTERM);
    listen_to_signals();
  }
  co_await (work() || halted());
  working_ = false;
  steps_.cut(outcome_.end == End::interrupted ? std::string(to_string(outcome_.end)) : outcome_.error);
  co_await finish();
  outcome_.command_status = steps_.command_status();
  signals_.cancel();
}

asio::awaitable<void> Run::work() {
  auto done = co_await carry_out();
  if (!halting_) outcome_ = done ? Outcome{} : Outcome{End::failed, done.error().message};
  working_ = false;
}

asio::awaitable<Result<>> Run::carry_out() {
  co_await write_header();
  for (const auto& note : site_.options.notes) site_.journal.note(note);
  if (auto made = co_await make_namespace(); !made) co_return made;
  watching_.start();
  co_await watching_.settle(10s);
  co_return co_await steps_.run();
}

asio::awaitable<void> Run::write_header() {
  Header header;
  header.format = std::string{log_format};
  header.run = site_.run_id;
  header.version = site_.options.version.empty() ? STRAYCAT_VERSION : site_.options.version;
  header.seed = site_.options.seed != 0 ? site_.options.seed : site_.plan.seed;
  header.scenario = site_.plan.name;
  header.again = site_.options.again;
  header.plan = plan::to_json(site_.plan, true);
  header.ns = site_.ns;
  header.cluster = site_.options.cluster.cluster;
  // A cluster that does not answer fails the next call, with its words; the log has its header in any case.
  if (auto version = co_await site_.client.version()) header.cluster_version = text_of(*version, {"gitVersion"});
  if (header.cluster_version.ends_with("+straycat")) header.cluster = "embedded";
  const auto nodes = co_await site_.client.raw("GET", "/api/v1/nodes?limit=1");
  if (nodes)
    if (const auto list = json::parse(nodes->body, nullptr, false);
        list.is_object() && list.contains("items") && !list["items"].empty())
      header.data_plane = model::project_node(list["items"][0]).data_plane;
  header.wall_ns = wall_now_ns();
  site_.journal.tell(Header::kind, monotonic_now(), header);
}

asio::awaitable<Result<>> Run::make_namespace() {
  const auto type = *kube::resource_for_kind("Namespace");
  // No conditional expression around the co_awaits: g++ 12 destroys the temporaries of both its arms.
  auto wanted = site_.own_namespace ? site_.client.create(type, "", namespace_object(site_.ns, site_.run_id))
                                    : site_.client.get(type, "", site_.ns);
  auto there = co_await std::move(wanted);
  // A person with rights in one namespace only need not be able to read the namespace itself.
  if (!there && !site_.own_namespace && there.error().code == 403) co_return Result<>{};
  if (!there) co_return there.error().to_error().within("namespace " + site_.ns);
  site_.namespace_uid = text_of(*there, {"metadata", "uid"});
  co_return Result<>{};
}

asio::awaitable<void> Run::finish() {
  co_await steps_.stop_traffic();
  co_await watching_.prove(2s);
  co_await watching_.stop();
  const bool made = site_.own_namespace ? !site_.namespace_uid.empty() : !site_.made.empty();
  if (made)
    if (auto clean = co_await clean_up(site_, 60s); !clean) {
      site_.journal.note("clean-up: " + clean.error().message);
      outcome_.error += (outcome_.error.empty() ? "" : "\n") + clean.error().message;
    }
  say_ended();
}

void Run::say_ended() {
  over_ = true;
  site_.journal.tell(RunEnded::kind, monotonic_now(), RunEnded{outcome_.end, outcome_.error});
}

}  // namespace

Result<Outcome> run(const plan::Plan& plan, const Options& options, std::ostream& log, const OnEvent& on_event) {
  asio::io_context context{1};
  Run run{context, plan, options, log, on_event};
  std::string thrown;
  asio::co_spawn(context, run.all(), [&](const std::exception_ptr& error) {
    try {
      if (error) std::rethrow_exception(error);
    } catch (const std::exception& caught) {
      thrown = caught.what();
    }
  });
  context.run();
  run.abandoned(thrown.empty() ? "interrupted twice: what the run made in the cluster was left there" : thrown);
  if (run.broken()) return *run.broken();
  return run.outcome();
}

}  // namespace straycat::runner
