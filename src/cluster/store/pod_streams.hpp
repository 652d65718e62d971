// Commands in running containers and connections into pods: the node fills it in, the API server serves it.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "cluster/store/store.hpp"

namespace straycat::cluster {

struct CommandRequest {
  std::string ns, pod, container;    // container is never empty: the API server has chosen one
  std::vector<std::string> command;  // empty: no command, but the container's own process (attach)
  bool in = false, out = false, err = false;
  bool tty = false;  // one terminal instead of three pipes: all output comes as `out`
};

enum class OutputStream { out, err };

// Who asked, as the command sees it. All calls come on the server's thread, never from inside a call to the session.
struct CommandListener {
  // A piece of what it wrote. The next piece of that stream comes after `taken` was called.
  std::function<void(OutputStream, std::string, std::function<void()> taken)> output;
  // It has ended, after all its output: with this exit code, or because of this error ("" = none). The last call.
  std::function<void(int code, const std::string& error)> ended;
};

// A command that runs. Destroying the session ends the command, but never a container that it is attached to; nothing
// is called after that.
class CommandSession {
 public:
  virtual ~CommandSession() = default;
  // `taken` is called when there is room for more, or nobody reads it any more.
  virtual void input(std::string data, std::function<void()> taken) = 0;
  virtual void end_input() = 0;
  virtual void resize(int columns, int rows) = 0;
};

// Where somebody in a pod listens on its own loopback address.
struct PodSocket {
  int fd = -1;          // a TCP socket in the pod's network, not connected and not blocking; the caller's
  std::string address;  // what to dial
};

// Unset where there is no node: then nothing can be reached.
struct PodStreams {
  std::function<StoreResult<std::shared_ptr<CommandSession>>(const CommandRequest&, CommandListener)> run;
  std::function<StoreResult<PodSocket>(const std::string& ns, const std::string& pod)> socket;
};

}  // namespace straycat::cluster
