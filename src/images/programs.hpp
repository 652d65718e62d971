// The programs behind the image names. Each reads its switches and environment, runs in this process, and gives the
// exit code; an Error is a bad switch or a port that is taken.
#pragma once

#include <string>
#include <vector>

#include "images/settings.hpp"
#include <straycat/core/result.hpp>

namespace straycat::images {

using Program = Result<int> (*)(const std::vector<std::string>& arguments, const Environment& environment);

Result<int> sayhi(const std::vector<std::string>& arguments, const Environment& environment);
Result<int> listener404(const std::vector<std::string>& arguments, const Environment& environment);
Result<int> sayhi_job(const std::vector<std::string>& arguments, const Environment& environment);
Result<int> sleeper(const std::vector<std::string>& arguments, const Environment& environment);

[[nodiscard]] const std::vector<SettingSpec>& sayhi_settings();
[[nodiscard]] const std::vector<SettingSpec>& listener404_settings();
[[nodiscard]] const std::vector<SettingSpec>& sayhi_job_settings();
[[nodiscard]] const std::vector<SettingSpec>& sleeper_settings();

}  // namespace straycat::images
