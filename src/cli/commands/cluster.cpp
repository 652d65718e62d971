// `straycat cluster`: the embedded cluster, for kubectl and others.
#include <algorithm>
#include <filesystem>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/choice.hpp"
#include "cli/commands.hpp"
#include "cli/subcommand.hpp"
#include "cli/values.hpp"
#include <straycat/cluster/cluster.hpp>
#include <straycat/core/embedded.hpp>
#include <straycat/core/seam.hpp>

namespace straycat::cli {
namespace {

struct ClusterArguments {
  cluster::Options options;
  std::string data_plane = "auto", min_sync = "1s";
  std::vector<std::string> images;
};

void add_options(CLI::App& command, ClusterArguments& arguments) {
  command
      .add_option("--kubeconfig", arguments.options.kubeconfig_file,
                  "Also write the kubeconfig to this file (mode 0600, removed at the end)")
      ->type_name("FILE");
  command.add_option("--port", arguments.options.port, "Port of the API server on 127.0.0.1 (default: any)")
      ->type_name("PORT")
      ->check(CLI::Range(0, 65535));
  command.add_option("--data-plane", arguments.data_plane, "auto, kernel or loopback")
      ->check(one_of({"auto", "kernel", "loopback"}));
  command
      .add_option("--min-sync-period", arguments.min_sync,
                  "At most one rule write in this time when busy (default 1s, as kube-proxy)")
      ->type_name("DURATION");
  command
      .add_option(
          "--image", arguments.images,
          "What an image name stands for: NAME=[\"command\",\"argument\"], a program of this machine; or NAME=PATH, a "
          "folder with the image's files, or what docker save or skopeo copy wrote")
      ->type_name("NAME=WHAT");
  command
      .add_option("--share", arguments.options.shared,
                  "Pods may read this file or folder of the machine, where it stands (several times)")
      ->type_name("PATH");
  command
      .add_option("--truth", arguments.options.truth_file, "Write the kernel's ground truth of each connection here")
      ->type_name("FILE");
  command.add_option("--nodes", arguments.options.nodes, "How many nodes it has (default: 1)")
      ->type_name("N")
      ->check(CLI::Range(1, most_embedded_nodes));
  command.add_flag("--die-with-parent", arguments.options.die_with_parent, "End when the parent process ends");
}

// A path that is there, absolute; "" when the word is none. What comes after archive_word is one in any case.
std::string tree_path(const std::string& word) {
  const std::string archive = cluster::archive_word;
  if (word.starts_with(archive)) return archive + std::filesystem::absolute(word.substr(archive.size())).string();
  if (word.starts_with('[')) return "";  // a command, whatever file is called so (a folder of that name: "./[...")
  std::error_code ignored;
  return std::filesystem::exists(word, ignored) ? std::filesystem::absolute(word).string() : "";
}

Result<cluster::Options> read(ClusterArguments arguments) {
  const Result<Nanos> period = duration_value("--min-sync-period", arguments.min_sync);
  if (!period) return period.error();
  arguments.options.min_sync_period = *period;
  if (arguments.data_plane == "kernel") arguments.options.data_plane = cluster::Options::DataPlane::kernel;
  if (arguments.data_plane == "loopback") arguments.options.data_plane = cluster::Options::DataPlane::loopback;
  for (const std::string& image : arguments.images) {
    const auto equals = image.find('=');
    if (const auto path = tree_path(image.substr(std::min(equals, image.size() - 1) + 1));
        equals != std::string::npos && equals > 0 && !path.empty()) {
      arguments.options.trees[image.substr(0, equals)] = path;
      continue;
    }
    const auto command = equals == std::string::npos ? nlohmann::json()
                                                     : nlohmann::json::parse(image.substr(equals + 1), nullptr, false);
    const bool words = command.is_array() && !command.empty() &&
                       std::all_of(command.begin(), command.end(), [](const auto& word) { return word.is_string(); });
    if (!words)
      return bad_input(fmt::format(
          "--image {}: expected NAME=[\"command\",\"argument\",...], or NAME=PATH of a folder or archive that is there",
          image));
    arguments.options.images[image.substr(0, equals)] = command.get<std::vector<std::string>>();
  }
  return arguments.options;
}

// A person's own script, say: pods see the first word of an image's command and what is installed, and nothing else.
void tell_unseen(const cluster::Options& options) {
  std::error_code ignored;
  for (const auto& [name, command] : options.images) {
    for (std::size_t i = 1; i < command.size(); ++i) {
      const std::string& word = command[i];
      const auto within = [&](const std::string& path) { return word == path || word.starts_with(path + "/"); };
      if (!word.starts_with('/') || word.starts_with("/usr/") || !std::filesystem::is_regular_file(word, ignored))
        continue;
      if (std::none_of(options.shared.begin(), options.shared.end(), within))
        say("straycat: image {}: pods do not see {} without --share {}\n", name, word, word);
    }
  }
}

int act(const ClusterArguments& arguments) {
  Result<cluster::Options> options = read(arguments);
  if (options)
    for (std::string& path : options->shared) path = std::filesystem::absolute(path).lexically_normal().string();
  if (options && !options->die_with_parent) tell_unseen(*options);
  return options ? cluster::run(*options) : complain(options.error());
}

}  // namespace

Subcommand cluster_subcommand() {
  return subcommand("cluster", "Run the embedded cluster until Ctrl-C, for kubectl and others", add_options, act)
      .taught({{{"straycat cluster", "prints `export KUBECONFIG=PATH` and serves until Ctrl-C"},
                {"straycat cluster --kubeconfig kubeconfig & kubectl --kubeconfig kubeconfig get pods -A",
                 "for kubectl, from a file"}},
               {{"0", "ended by a signal"},
                {"3", "bad input: a flag"},
                {"4", "its port is taken, or the machine does not allow it"}}});
}

}  // namespace straycat::cli
