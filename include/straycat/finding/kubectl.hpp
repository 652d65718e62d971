// kubectl lines with which a person checks a piece of evidence. Names are untrusted: each is one quoted shell word.
#pragma once

#include <string>
#include <string_view>

#include <straycat/model/objects.hpp>

namespace straycat::finding {

// "kubectl -n NS VERB KIND/NAME [more]"; `more` is ours and goes in as it stands.
[[nodiscard]] std::string kubectl_object(const std::string& ns, std::string_view verb, std::string_view kind,
                                         const std::string& name, std::string_view more = "");
// "kubectl -n NS get RESOURCE -l SELECTOR [more]".
[[nodiscard]] std::string kubectl_list(const std::string& ns, std::string_view resource, const model::Labels& selector,
                                       std::string_view more = "");
[[nodiscard]] std::string kubectl_slices(const std::string& ns, const std::string& service);
// The pod's own answer, through the API server's pod proxy.
[[nodiscard]] std::string kubectl_reach(const std::string& ns, const std::string& pod, int port,
                                        const std::string& url);

}  // namespace straycat::finding
