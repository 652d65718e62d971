// What the parts of a run share: where it runs, what is seen of it, and where it is written down. Private to `runner`.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include "runner/bell.hpp"
#include "runner/journal.hpp"
#include "runner/world.hpp"
#include <straycat/core/json_access.hpp>
#include <straycat/core/tasks.hpp>
#include <straycat/kube/client.hpp>
#include <straycat/plan/plan.hpp>
#include <straycat/runner/runner.hpp>

namespace straycat::runner {

// An object that this run made: deleted at the end, by its uid.
struct Made {
  kube::ResourceType type;
  std::string ns, name, uid;
};

struct Site {
  Site(boost::asio::any_io_executor where, const Options& wanted, const plan::Plan& what, std::ostream& log,
       const OnEvent& on_event)
      : executor(where),
        options(wanted),
        plan(what),
        client(where, wanted.cluster),
        journal(log, on_event),
        changed(where) {}

  boost::asio::any_io_executor executor;
  const Options& options;
  const plan::Plan& plan;
  kube::Client client;
  Journal journal;
  World world;
  Bell changed;  // rings whenever the world changes
  std::string run_id, ns;
  bool own_namespace = false;
  std::string namespace_uid;
  std::vector<Made> made;

  std::optional<std::string> gone;      // how the cluster ended, once it has: nothing is asked of it any more
  std::optional<Stamp> slices_changed;  // when the watch last told of a change of an EndpointSlice; none: it never did
  int speaking = 0;                     // vantage points that send what the plan says
  std::function<void(const std::string& why)> on_vantage_lost;  // none speaks any more, before it was told to end
  std::function<void()> on_command_over;                        // the person's command

  // (kind, name) -> the resourceVersion that our last write of it led to: what a watch showed before is out of date.
  std::map<std::pair<std::string, std::string>, std::string> written;

  // The run's own object as it is now: null when it does not exist, nothing when that is not known yet (the watch has
  // not come as far as our last write).
  boost::asio::awaitable<kube::ApiResult<std::optional<json>>> current(plan::Target target);
  // How long the API server has not answered, once that is longer than any that comes back would take.
  [[nodiscard]] std::optional<Nanos> server_gone() const;
  // Remembers what an answer to a create or apply says was made.
  void remember(const kube::ResourceType& type, const json& object);
  // Returns when the world has changed, or after `most`.
  boost::asio::awaitable<void> wait_for_change(Nanos most) { return changed.wait(most); }
};

// Whether what a watch showed is at least as new as `wanted`. Versions that are no numbers cannot be compared: then
// yes.
[[nodiscard]] bool as_new_as(const std::string& shown, const std::string& wanted);

// False when cancelled.
boost::asio::awaitable<bool> sleep_for(boost::asio::any_io_executor executor, Nanos length);

}  // namespace straycat::runner
