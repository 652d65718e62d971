// Labels that nobody writes: controllers add them to the pods that they make.
#pragma once

#include <string_view>

namespace straycat::model {

// pod-template-hash, controller-revision-hash, job-name and their like (api/apps/v1 and api/batch/v1 types.go,
// pkg/controller): a manifest does not have them, and the next pod has another value.
[[nodiscard]] bool is_controller_label(std::string_view key);

}  // namespace straycat::model
