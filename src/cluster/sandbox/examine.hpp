// From what the kernel said to what a person can do about it.
#pragma once

#include <string>

namespace straycat::cluster {

struct MachineFacts {
  bool root = false;
  long max_user_namespaces = -1;        // user.max_user_namespaces, -1: no such setting
  long unprivileged_userns_clone = -1;  // kernel.unprivileged_userns_clone (Debian's), -1: no such setting
  long apparmor_restriction = -1;  // kernel.apparmor_restrict_unprivileged_userns (Ubuntu 23.10+), -1: no such setting
};

[[nodiscard]] MachineFacts read_machine_facts();

// What to do about `error` (the message of a step that failed), "" when nothing is known. Pure.
[[nodiscard]] std::string remedy_for(const std::string& error, const MachineFacts& facts);

}  // namespace straycat::cluster
