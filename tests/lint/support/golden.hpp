// A text held to a file of the source tree; STRAYCAT_UPDATE_GOLDENS=1 renews it.
#pragma once

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

namespace straycat::lint {

inline void expect_golden(const std::string& name, const std::string& text) {
  const std::string path = std::string(STRAYCAT_SOURCE_DIR) + "/tests/lint/goldens/" + name;
  if (std::getenv("STRAYCAT_UPDATE_GOLDENS") != nullptr) std::ofstream(path) << text;
  std::ifstream file(path);
  std::ostringstream golden;
  golden << file.rdbuf();
  EXPECT_EQ(golden.str(), text) << path << " differs; STRAYCAT_UPDATE_GOLDENS=1 rewrites it";
}

}  // namespace straycat::lint
