// Keys that stand twice in one object of a JSON text: a parsed document has the last of them alone.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace straycat::cluster {

// `duplicate field "spec.template.spec.containers[0].name"`, one a key, in the text's order (sigs.k8s.io/json). `text`
// has been parsed already.
[[nodiscard]] std::vector<std::string> duplicate_fields(std::string_view text);

}  // namespace straycat::cluster
