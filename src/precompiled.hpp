// The libraries' headers that most files read, for STRAYCAT_PCH (CMakeLists.txt). Files include what they use all the
// same, and build without this one.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <boost/system/result.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
