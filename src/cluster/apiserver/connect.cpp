// GET and POST .../pods/NAME/exec, attach and portforward: the connection goes on as a WebSocket or in SPDY.
#include <algorithm>

#include "cluster/apiserver/conversation.hpp"
#include "cluster/apiserver/rest.hpp"
#include "cluster/kinds/json_help.hpp"

namespace straycat::cluster {
namespace {

using Words = std::vector<std::string>;

std::string listed(const Words& words) {
  std::string out;
  for (const auto& word : words) out += (out.empty() ? "" : " ") + word;
  return "[" + out + "]";
}

// How the client would go on, with the first of its protocols that is spoken here; one that names none takes the
// oldest.
StoreResult<Upgrade> negotiate(const Request& request, bool ports) {
  const bool socket = request.upgrade == "websocket";
  if (!socket && request.upgrade != "spdy/3.1") return bad_request("Upgrade request required");
  const Words spoken = ports ? Words{socket ? "SPDY/3.1+portforward.k8s.io" : "portforward.k8s.io"}
                             : Words{"v5.channel.k8s.io", "v4.channel.k8s.io", "v3.channel.k8s.io", "v2.channel.k8s.io",
                                     "channel.k8s.io"};
  const auto way = !socket ? Upgrade::Way::spdy : ports ? Upgrade::Way::tunnel : Upgrade::Way::channels;
  const auto& offered = request.protocols;
  const auto chosen = std::find_first_of(offered.begin(), offered.end(), spoken.begin(), spoken.end());
  if (chosen != offered.end()) return Upgrade{way, *chosen, {}};
  if (offered.empty() && !ports) return Upgrade{way, "", {}};
  return Status{
      403, "Forbidden",
      "unable to negotiate protocol: client supports " + listed(offered) + ", server supports " + listed(spoken),
      nullptr};
}

StoreResult<CommandRequest> command_of(const Call& call, const json& pod) {
  auto container = choose_container(call, pod);
  if (!container) return container.error();
  CommandRequest out{call.route.ns, call.route.name, *container, {}};
  if (call.route.subresource == "exec") out.command = call.request.values("command");
  out.in = call.flag("stdin");
  out.out = call.flag("stdout");
  out.err = call.flag("stderr");
  out.tty = call.flag("tty");
  if (call.route.subresource == "exec" && out.command.empty())
    return bad_request("you must specify at least one command for the container");
  if (!out.in && !out.out && !out.err) return bad_request("you must specify at least 1 of stdin, stdout, stderr");
  return out;
}

}  // namespace

Answer connect_to_pod(const Call& call, const Store& store, const PodStreams& streams,
                      boost::asio::any_io_executor executor) {
  const auto pod = store.get("Pod", call.route.ns, call.route.name);
  if (!pod) return status_response(not_found(call.resource, call.route.name));
  if (text_at(*pod, "/spec/nodeName").empty() || !streams.run)
    return status_response(bad_request("pod " + call.route.name + " does not have a host assigned"));
  const bool ports = call.route.subresource == "portforward";
  auto upgrade = negotiate(call.request, ports);
  if (!upgrade) return status_response(upgrade.error());
  if (ports) {
    upgrade->start = [executor, &streams, ns = call.route.ns, name = call.route.name](Voice voice) {
      return port_conversation(executor, streams, ns, name, std::move(voice));
    };
    return std::move(*upgrade);
  }
  auto command = command_of(call, *pod);
  if (!command) return status_response(command.error());
  const bool bare = upgrade->protocol.rfind("v4", 0) != 0 && upgrade->protocol.rfind("v5", 0) != 0;
  upgrade->start = [&streams, bare, request = std::move(*command)](Voice voice) {
    return command_conversation(streams, request, bare, std::move(voice));
  };
  return std::move(*upgrade);
}

}  // namespace straycat::cluster
