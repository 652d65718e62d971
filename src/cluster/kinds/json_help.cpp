#include "cluster/kinds/json_help.hpp"

#include <random>

#include <boost/uuid/random_generator.hpp>
#include <boost/uuid/uuid_io.hpp>

namespace straycat::cluster {

std::string random_suffix() {
  static constexpr std::string_view letters = "bcdfghjklmnpqrstvwxz2456789";  // apimachinery pkg/util/rand
  std::random_device source;
  std::uniform_int_distribution<std::size_t> pick{0, letters.size() - 1};
  std::string out;
  for (int i = 0; i < 5; ++i) out += letters[pick(source)];
  return out;
}

std::string random_uid() {
  boost::uuids::random_generator make;
  return boost::uuids::to_string(make());
}

}  // namespace straycat::cluster
