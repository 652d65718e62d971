// The namespaces of one pod, held open by a small process that does nothing else.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include "cluster/dataplane/dataplane.hpp"
#include "cluster/node/machine_view.hpp"
#include "cluster/node/process.hpp"
#include <straycat/core/result.hpp>

namespace straycat::cluster {

struct SandboxRequest {
  std::string hostname;
  std::string address;
  PodUsers users;
  std::vector<std::pair<std::string, std::string>> sysctls = {};  // of its own network and IPC namespaces alone
};

// So many processes at most in all pods of a cluster, and of one user in one pod: the kernel counts them (ucounts,
// since Linux 5.14, through the user namespaces) and refuses the next fork.
inline constexpr std::uint64_t most_processes = 8192, most_processes_of_a_pod = 512;

// Those that a kubelet lets every pod set (pkg/kubelet/sysctl/safe_sysctls.go): they are the pod's own. What is not
// would be the machine's.
[[nodiscard]] bool is_safe_sysctl(std::string_view name);

class PodSandbox {
 public:
  // `on_ready` hears once whether the network stands; `on_gone` when the holding process has ended. Where
  // the data plane does not isolate pods there is no process, and both still come.
  static Result<std::unique_ptr<PodSandbox>> create(boost::asio::any_io_executor executor, DataPlane& plane,
                                                    SandboxRequest request, std::function<void(Result<>)> on_ready,
                                                    std::function<void()> on_gone);
  ~PodSandbox();
  PodSandbox(const PodSandbox&) = delete;
  PodSandbox& operator=(const PodSandbox&) = delete;

  // Ends it; `on_gone` follows. The address goes back to the data plane.
  void destroy();
  // Whose namespaces containers join; -1 where there are none.
  [[nodiscard]] int pidfd() const;
  // Its user namespace, where its users are others than the node's; else -1.
  [[nodiscard]] int users_fd() const { return users_.get(); }
  [[nodiscard]] const std::string& address() const { return address_; }

 private:
  struct State;
  PodSandbox(DataPlane& plane, std::string address) : plane_(plane), address_(std::move(address)) {}
  Result<> start_holder(const boost::asio::any_io_executor& executor, const SandboxRequest& request);

  DataPlane& plane_;
  std::string address_;
  std::shared_ptr<State> state_;
  std::unique_ptr<Process> holder_;
  Descriptor users_;
};

}  // namespace straycat::cluster
