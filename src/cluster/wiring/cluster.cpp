// The program `straycat cluster`: the sandbox, and in it the cluster.
#include <csignal>
#include <cstdio>
#include <cstring>
#include <exception>
#include <new>
#include <sys/resource.h>

#include <fmt/format.h>

#include "cluster/sandbox/sandbox.hpp"
#include "cluster/trees/image_tree.hpp"
#include "cluster/wiring/wiring.hpp"
#include <straycat/cluster/cluster.hpp>
#include <straycat/core/seam.hpp>

namespace straycat::cluster {
namespace {

constexpr int own_trouble_code = 4, bad_input_code = 3;

// One line, and without taking memory: there may be none.
int give_up(const char* why) {
  std::fprintf(stderr, "straycat cluster: %s\n", why);
  return own_trouble_code;
}

// Standard output carries one line that a shell can evaluate; everything for the person goes to standard error. Nobody
// would find a cluster whose line is lost.
Result<> announce(const SandboxSetup& setup, const EmbeddedCluster& cluster) {
  say("straycat cluster: data plane: {}{}{}\n", cluster.data_plane(),
      setup.plane_reason.empty() ? "" : " (" + setup.plane_reason + ")",
      setup.plane == PlaneKind::loopback ? "; pods have your rights and see your files" : "");
  return print_now(fmt::format("export KUBECONFIG={}\n", setup.kubeconfig_path));
}

// A pod takes about ten descriptors, and a machine's soft limit is mostly 1,024.
void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  (void)::setrlimit(RLIMIT_NOFILE, &limit);
}

Result<std::map<std::string, ImageTree>> open_images(const std::map<std::string, std::string>& paths) {
  std::map<std::string, ImageTree> out;
  for (const auto& [name, path] : paths) {
    const bool archive = path.starts_with(archive_word);
    auto tree = open_image(archive ? path.substr(std::strlen(archive_word)) : path, name, image_cache(), !archive);
    if (!tree) return tree.error().within("image " + name);
    out[name] = std::move(*tree);
  }
  return out;
}

Result<> serve(const Options& options, const SandboxSetup& setup, const std::map<std::string, ImageTree>& trees) {
  raise_descriptor_limit();
  EmbeddedCluster cluster(options, setup, trees);
  if (const auto started = cluster.start(); !started) return started;
  if (const auto said = announce(setup, cluster); !said) return said;
  cluster.serve();
  return {};
}

// What a library throws for want of memory or descriptors ends the cluster as any other trouble does.
int guarded(const std::function<int()>& step) {
  try {
    return step();
  } catch (const std::bad_alloc&) {
    return give_up("out of memory");
  } catch (const std::exception& error) {
    return give_up(error.what());
  }
}

}  // namespace

Result<> unpack_images(const std::map<std::string, std::string>& trees) {
  const auto opened = open_images(trees);
  return opened ? Result<>() : Result<>(opened.error());
}

int run(const Options& options) {
  std::signal(SIGXFSZ, SIG_IGN);  // beyond a limit of file sizes a write fails, and says so, instead of killing
  const auto trees = open_images(options.trees);
  if (!trees) {
    give_up(trees.error().message.c_str());
    return trees.error().fault == Fault::bad_input ? bad_input_code : own_trouble_code;
  }
  const auto inner = [&](const SandboxSetup& setup) {
    return guarded([&] {
      const auto served = serve(options, setup, *trees);
      return served ? 0 : give_up(served.error().message.c_str());
    });
  };
  return guarded([&] { return run_in_sandbox(options, inner); });
}

}  // namespace straycat::cluster
