// Sandboxes that are killed, and what a machine must look like afterwards.
#pragma once

#include <cstdint>
#include <random>
#include <set>
#include <string>
#include <sys/types.h>
#include <vector>

#include "cluster/support/plane_world.hpp"

namespace straycat::cluster::testing {

// The living processes (no zombies) whose name is `name`; children inherit it.
std::vector<pid_t> processes_named(const std::string& name);
// The namespaces ("net:[4026531833]") of these processes that this process is not in.
std::set<std::string> foreign_namespaces(const std::vector<pid_t>& pids);
// Those of `namespaces` that any process of the machine still is in.
std::set<std::string> still_inhabited(const std::set<std::string>& namespaces);

// What outlives processes: this process' mounts, and files of ours in /tmp and /run.
struct Remains {
  std::string mounts;
  std::set<std::string> files;
  bool operator==(const Remains&) const = default;
};
Remains look_for_remains();

// A cluster as busy as a real one: pods with children of their own, and rules rewritten all the time, until SIGTERM.
struct BusySandbox {
  pid_t keeper = -1;
  std::string name;  // of all its processes
};
BusySandbox start_busy(const Options& options, As as, std::uint64_t number);

// One round: starts one, kills a random process of it at a random moment of its first `window_ms` (which begins before
// its fork), ends the rest by SIGTERM where it is still there, and expects that nothing is left. Says what it did.
void kill_round(const Options& options, As as, std::mt19937_64& random, int window_ms);

// STRAYCAT_SEED, or a new one; printed, so that a failure can be had again. STRAYCAT_ROUNDS, or `standard`.
std::uint64_t test_seed();
int test_rounds(int standard);

}  // namespace straycat::cluster::testing
