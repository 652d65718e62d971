// What the words of `diagnose` name: looked up in what was read before anything is concluded from them. Errors are
// bad_input where there surely is no such thing, and say what may have been meant.
#pragma once

#include <string>
#include <vector>

#include <straycat/core/result.hpp>
#include <straycat/survey/survey.hpp>

namespace straycat::cli {

// "svc/sayhi", "services/sayhi", "sayhi".
[[nodiscard]] Result<std::string> service_named(const std::string& text);
// What `--for` says, each of a kind that has pods; in this namespace.
[[nodiscard]] Result<std::vector<model::ObjectRef>> workloads_named(const std::vector<std::string>& texts,
                                                                    const std::string& ns);

// The namespace that everything was read from.
[[nodiscard]] Result<> look_up_namespace(const survey::Snapshot& snapshot, const std::string& ns);
[[nodiscard]] Error no_such_service(const survey::Snapshot& snapshot, const std::string& ns, const std::string& name);
// Each must be listed, or stand behind the Service. Errors: own_trouble where that could not be looked up.
[[nodiscard]] Result<> look_up_workloads(const survey::Snapshot& snapshot, const survey::Survey& survey,
                                         const std::vector<model::ObjectRef>& named);

}  // namespace straycat::cli
