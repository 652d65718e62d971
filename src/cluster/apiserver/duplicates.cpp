#include "cluster/apiserver/duplicates.hpp"

#include <algorithm>
#include <set>

#include <nlohmann/json.hpp>

#include "cluster/kinds/schema.hpp"

namespace straycat::cluster {
namespace {

using json = nlohmann::json;

// Walks through a text and remembers where it is.
class Walk : public nlohmann::json_sax<json> {
 public:
  std::vector<std::string> found;

  bool null() override { return value(); }
  bool boolean(bool) override { return value(); }
  bool number_integer(number_integer_t) override { return value(); }
  bool number_unsigned(number_unsigned_t) override { return value(); }
  bool number_float(number_float_t, const string_t&) override { return value(); }
  bool string(string_t&) override { return value(); }
  bool binary(binary_t&) override { return value(); }
  bool start_object(std::size_t) override { return open(false); }
  bool start_array(std::size_t) override { return open(true); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override { return false; }

  bool key(string_t& name) override {
    auto& level = levels_.back();
    level.step = name;
    if (!level.keys.insert(name).second && found.size() < most_fields_told && level.told.insert(name).second)
      found.push_back("duplicate field " + json(path()).dump(-1, ' ', false, json::error_handler_t::replace));
    return true;
  }

 private:
  struct Level {
    bool list = false;
    std::size_t index = 0;
    std::string step;  // the key that we are at
    std::set<std::string> keys, told;
  };

  bool value() {
    if (!levels_.empty()) ++levels_.back().index;
    return true;
  }
  bool open(bool list) {
    levels_.emplace_back().list = list;
    return true;
  }
  bool close() {
    levels_.pop_back();
    return value();
  }
  [[nodiscard]] std::string path() const {
    std::string out;
    for (const auto& level : levels_)
      out += level.list ? "[" + std::to_string(level.index) + "]" : (out.empty() ? "" : ".") + level.step;
    return out;
  }

  std::vector<Level> levels_;
};

}  // namespace

std::vector<std::string> duplicate_fields(std::string_view text) {
  Walk walk;
  json::sax_parse(text, &walk);
  return std::move(walk.found);
}

}  // namespace straycat::cluster
