#include "cluster/node/node.hpp"

#include <set>
#include <utility>

#include <fmt/format.h>

#include "cluster/kinds/json_help.hpp"

namespace straycat::cluster {
namespace {

bool terminal(const json& pod) {
  const std::string phase = text_at(pod, "/status/phase");
  return phase == "Succeeded" || phase == "Failed";
}

}  // namespace

Node::Node(NodeTools& tools, NodeSettings settings)
    : tools_(tools), settings_(std::move(settings)), patience_(tools.io) {
  tools_.find_image = [this](ContainerSpec& container) {
    if (const ImageTree* tree = image_named(settings_.trees, container.image))
      container.tree = std::make_shared<const ImageTree>(*tree);
    else
      container.program = program_of(container.image, settings_.images);
  };
  changes_ = tools_.store.subscribe([this](const Change& change) { on_change(change); });
  register_node();
  for (const Object& pod : tools_.store.list("Pod")) on_pod(pod);
}

// The store's create drops a status that the caller gives, as the API server does: it is written in a second step.
void Node::register_node() {
  const json object = make_node_object(settings_, tools_.lifecycle.host_address);
  (void)tools_.store.create(object);
  (void)tools_.store.mutate("Node", "", settings_.name, [&](json& node) {
    node["status"] = object.at("status");
    return true;
  });
}

void Node::on_change(const Change& change) {
  if (tools_.away) return;
  if (change.kind == "ConfigMap" || change.kind == "Secret") {
    for (const auto& [uid, runner] : runners_)
      if (runner->machine().spec().ns == change.ns) runner->refresh_volumes();
  }
  if (change.kind != "Pod") return;
  if (change.type != ChangeType::deleted) return on_pod(change.object);
  const auto found = runners_.find(text_at(*change.object, "/metadata/uid"));
  if (found == runners_.end()) return;
  const auto runner = found->second;
  const bool over = runner->machine().removed();
  if (over)
    runners_.erase(found);
  else
    runner->end(0);
}

void Node::on_pod(const Object& pod) {
  if (text_at(*pod, "/spec/nodeName") != settings_.name) return;
  const std::string uid = text_at(*pod, "/metadata/uid");
  const json& meta = object_or_empty(*pod, "metadata");
  const bool deleted = meta.contains("deletionTimestamp");
  const auto found = runners_.find(uid);
  if (found != runners_.end()) {
    const auto runner = found->second;
    runner->observe(pod);
    if (deleted) runner->end(integer_or(meta, "deletionGracePeriodSeconds", 30));
  } else if (deleted && !terminal(*pod)) {
    (void)tools_.store.remove("Pod", string_or(meta, "namespace"), string_or(meta, "name"), Deletion{0, "", uid, ""});
  } else if (!deleted && !terminal(*pod)) {
    take(pod, uid);
  }
}

void Node::take(const Object& pod, const std::string& uid) {
  PodSpec spec = parse_pod(*pod);
  for (ContainerSpec& container : spec.containers) tools_.find_image(container);
  const auto runner = std::make_shared<PodRunner>(tools_, pod, std::move(spec), [this, uid] { runners_.erase(uid); });
  runners_[uid] = runner;
  runner->begin();
}

void Node::set_away(bool away) {
  if (std::exchange(tools_.away, away) == away) return;
  if (!away) return come_back();
  patience_.expires_after(node_patience);
  patience_.async_wait([this](const boost::system::error_code& error) {
    if (!error && tools_.away) give_up();
  });
}

// pkg/controller/nodelifecycle: the node's conditions are unknown, its pods count as not ready, and two taints come.
void Node::give_up() {
  (void)tools_.store.mutate("Node", "", settings_.name, [&](json& node) {
    make_unreachable(node);
    return true;
  });
  for (const Object& pod : tools_.store.list("Pod"))
    if (text_at(*pod, "/spec/nodeName") == settings_.name)
      (void)tools_.store.mutate("Pod", text_at(*pod, "/metadata/namespace"), text_at(*pod, "/metadata/name"),
                                mark_not_ready);
}

void Node::come_back() {
  patience_.cancel();
  (void)tools_.store.mutate("Node", "", settings_.name, [&](json& node) {
    node["status"] = make_node_object(settings_, tools_.lifecycle.host_address).at("status");
    make_reachable(node);
    return true;
  });
  const auto here = runners_;  // catching up may take one away
  std::set<std::string> known;
  for (const Object& pod : tools_.store.list("Pod")) {
    known.insert(text_at(*pod, "/metadata/uid"));
    on_pod(pod);
  }
  for (const auto& [uid, runner] : here) runner->catch_up(known.contains(uid));
}

void Node::kill_all() {
  patience_.cancel();
  changes_ = {};
  for (const auto& [uid, runner] : runners_) runner->kill();
}

namespace {

Error nothing_runs(const std::string& pod, const std::string& container) {
  return bad_input(container.empty() ? fmt::format("nothing runs in pod {}", pod)
                                     : fmt::format("container {} of pod {} does not run", container, pod));
}

}  // namespace

Result<> Node::signal(const std::string& ns, const std::string& pod, const std::string& container, int number,
                      bool all) {
  const auto runner = runner_of(ns, pod);
  if (runner == nullptr || !runner->signal(container, number, all)) return nothing_runs(pod, container);
  return {};
}

Result<> Node::run_out_of_memory(const std::string& ns, const std::string& pod, const std::string& container) {
  const auto runner = runner_of(ns, pod);
  if (runner == nullptr || !runner->run_out_of_memory(container)) return nothing_runs(pod, container);
  return {};
}

std::string Node::address_of(const std::string& ns, const std::string& pod) const {
  const auto runner = runner_of(ns, pod);
  return runner == nullptr ? "" : runner->machine().address();
}

StoreResult<std::shared_ptr<LogBook>> Node::find_log(const LogRequest& request) const {
  for (const auto& [uid, runner] : runners_) {
    const PodSpec& spec = runner->machine().spec();
    if (spec.ns != request.ns || spec.name != request.pod) continue;
    if (auto book = runner->log(request.container, request.previous)) return book;
    if (request.previous)
      return bad_request(
          fmt::format("previous terminated container \"{}\" in pod \"{}\" not found", request.container, request.pod));
    for (const ContainerLife& life : runner->machine().containers()) {
      if (life.spec.name != request.container) continue;
      return bad_request(fmt::format("container \"{}\" in pod \"{}\" is waiting to start: {}", request.container,
                                     request.pod, life.waiting_reason));
    }
  }
  return bad_request(fmt::format("container \"{}\" in pod \"{}\" is not available", request.container, request.pod));
}

Result<Command> Node::command_in(const std::string& ns, const std::string& pod, const std::string& container,
                                 const std::vector<std::string>& words) const {
  if (const auto runner = runner_of(ns, pod)) return runner->command_in(container, words);
  return bad_input(fmt::format("container not found (\"{}\")", container));
}

std::shared_ptr<PodRunner> Node::runner_of(const std::string& ns, const std::string& pod) const {
  for (const auto& [uid, runner] : runners_) {
    const PodSpec& spec = runner->machine().spec();
    if (spec.ns == ns && spec.name == pod) return runner;
  }
  return nullptr;
}

StoreResult<std::shared_ptr<CommandSession>> Node::run(const CommandRequest& request, CommandListener listener) const {
  const auto unable = [](const std::string& why) {
    return Status{404, "NotFound", "unable to upgrade connection: " + why, nullptr};
  };
  if (request.command.empty()) {
    const auto runner = runner_of(request.ns, request.pod);
    const auto console = runner ? runner->console(request.container) : nullptr;
    if (!console)
      return unable(fmt::format("container {} not found in pod {}_{}", request.container, request.pod, request.ns));
    return console->attach(request, std::move(listener));
  }
  auto command = command_in(request.ns, request.pod, request.container, request.command);
  if (!command) return unable(command.error().message);
  auto session = start_command(tools_.io.get_executor(), std::move(*command), request, std::move(listener));
  if (!session) return Status{500, "InternalError", session.error().message, nullptr};
  return std::move(*session);
}

PodStreams Node::streams() {
  PodStreams out;
  out.run = [this](const CommandRequest& request, CommandListener listener) {
    return run(request, std::move(listener));
  };
  out.socket = [this](const std::string& ns, const std::string& pod) -> StoreResult<PodSocket> {
    const auto runner = runner_of(ns, pod);
    if (!runner) return bad_request("pod \"" + pod + "\" does not run");
    auto socket = runner->socket();
    if (!socket) return bad_request(socket.error().message);
    return *socket;
  };
  return out;
}

PodLogs Node::logs() {
  PodLogs out;
  out.read = [this](const LogRequest& request) -> StoreResult<std::vector<LogLine>> {
    auto book = find_log(request);
    if (!book) return book.error();
    return (*book)->read();
  };
  out.follow = [this](const LogRequest& request, std::function<void(const LogLine&)> on_line,
                      std::function<void()> on_end) {
    auto book = find_log(request);
    if (!book) {  // asked for without a read before: there is nothing to follow
      const auto none = std::make_shared<LogBook>(tools_.io.get_executor());
      none->close(0);
      return none->follow(std::move(on_line), std::move(on_end));
    }
    return (*book)->follow(std::move(on_line), std::move(on_end));
  };
  return out;
}

}  // namespace straycat::cluster
