#include <algorithm>
#include <array>

#include <straycat/model/controller_labels.hpp>

namespace straycat::model {

bool is_controller_label(std::string_view key) {
  static constexpr std::array<std::string_view, 5> keys{"pod-template-hash", "controller-revision-hash",
                                                        "pod-template-generation", "job-name", "controller-uid"};
  return std::find(keys.begin(), keys.end(), key) != keys.end() || key.starts_with("batch.kubernetes.io/") ||
         key.starts_with("statefulset.kubernetes.io/") || key.starts_with("apps.kubernetes.io/");
}

}  // namespace straycat::model
