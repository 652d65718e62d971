// What goes on over a connection with several streams, without the connection: a command in a pod, or forwarded ports.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>

#include "cluster/apiserver/framing.hpp"
#include "cluster/store/pod_streams.hpp"

namespace straycat::cluster {

// The way back to the client. `data` calls `sent` when the next piece may follow; after `end` nothing is sent.
struct Voice {
  std::function<void(int stream, std::string bytes, std::function<void()> sent)> data;
  std::function<void(int stream)> close;
  std::function<void()> end;
};

class Conversation {
 public:
  virtual ~Conversation() = default;
  // `ready` is called when the next may be heard.
  virtual void hear(Said said, std::function<void()> ready) = 0;
};

// exec and attach: streams "stdin", "stdout", "stderr", "error" and "resize", each when the request has it
// (k8s.io/kubelet/pkg/cri/streaming/remotecommand). The last word is a Status on "error", or, `bare` as before
// v4 of the protocol, the text of a failure alone.
[[nodiscard]] std::shared_ptr<Conversation> command_conversation(const PodStreams& streams, CommandRequest request,
                                                                 bool bare, Voice voice);
// port-forward: pairs of streams "data" and "error" with one request id and a port
// (k8s.io/kubelet/pkg/cri/streaming/portforward).
[[nodiscard]] std::shared_ptr<Conversation> port_conversation(boost::asio::any_io_executor executor,
                                                              const PodStreams& streams, std::string ns,
                                                              std::string pod, Voice voice);

// How a command's end is told: Success, NonZeroExitCode with the code as a cause, or an InternalError.
[[nodiscard]] json command_status(int code, const std::string& error);

}  // namespace straycat::cluster
