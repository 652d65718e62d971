// Random documents: what one writes as JSON or block YAML is read back; random bytes never do harm.
#include <random>

#include <gtest/gtest.h>

#include <straycat/yaml/document.hpp>

namespace straycat::yaml {
namespace {

using json = nlohmann::json;

class Generator {
 public:
  explicit Generator(std::uint64_t seed) : random_(seed) {}
  std::size_t below(std::size_t n) { return random_() % n; }

  std::string text() {
    static const char* const parts[] = {"a",  "yes", "1", " ", ":",   "#", "-", "\"", "'", "{",  "]",  "猫",
                                        "\n", "\\",  "~", "&", "0x1", "é", "*", "!",  "%", "🐈", "---"};
    std::string result;
    for (std::size_t i = below(6); i > 0; --i) result += parts[below(std::size(parts))];
    return result;
  }

  json value(int depth) {
    switch (below(depth > 0 ? 8 : 5)) {
      case 0:
        return nullptr;
      case 1:
        return below(2) == 0;
      case 2:
        return static_cast<std::int64_t>(random_()) >> below(64);
      case 3:
        return static_cast<double>(below(1000)) / 8.0 + 0.0625;
      case 4:
        return text();
      case 5:
      case 6: {
        json object = json::object();
        for (std::size_t i = below(5); i > 0; --i) object[text()] = value(depth - 1);
        return object;
      }
      default: {
        json list = json::array();
        for (std::size_t i = below(4); i > 0; --i) list.push_back(value(depth - 1));
        return list;
      }
    }
  }

 private:
  std::mt19937_64 random_;
};

// As block YAML; every string and key quoted as JSON.
std::string block(const json& value, const std::string& indent) {
  std::string out;
  if (value.is_object() && !value.empty()) {
    for (const auto& [key, member] : value.items())
      out += "\n" + indent + json(key).dump() + ":" + block(member, indent + " ");
    return out;
  }
  if (value.is_array() && !value.empty()) {
    for (const json& item : value) out += "\n" + indent + "-" + block(item, indent + " ");
    return out;
  }
  return " " + value.dump();
}

TEST(Property, ReadsBackWhatWasWritten) {
  const std::uint64_t seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  Generator generate(seed);
  for (int round = 0; round < 400; ++round) {
    const json value = json::object({{"v", generate.value(4)}});
    for (const std::string& text :
         {value.dump(), value.dump(1), block(value, ""), "---\n" + block(value, "") + "\n---\n"}) {
      const auto documents = parse(text, "p.yaml");
      ASSERT_TRUE(documents) << text << "\n" << documents.error().message;
      ASSERT_EQ(documents->size(), 1u) << text;
      ASSERT_EQ(documents->at(0).to_json(), value) << text;
    }
  }
}

TEST(Property, AnyBytesGiveDocumentsOrAnErrorThatPoints) {
  const std::uint64_t seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  Generator generate(seed);
  static const std::string_view pieces[] = {
      "- ",    ": ",  "\n",   "a",  "&a ", "*a",   "<<: ",         "[", "]",  "{",      "}", "\t",
      "---\n", "...", "|\n ", "\"", "'",   "\xff", "\xef\xbb\xbf", "1", "? ", "!!int ", "#", "%",
      "  ",    "猫",  "\r",   "~",  ",",   "@"};
  for (int round = 0; round < 3000; ++round) {
    std::string text;
    for (std::size_t i = generate.below(30); i > 0; --i) text += pieces[generate.below(std::size(pieces))];
    const auto documents = parse(text, "p.yaml");
    if (!documents) EXPECT_TRUE(documents.error().message.starts_with("p.yaml:")) << documents.error().message;
    if (documents) {
      for (const Node& document : *documents) (void)document.to_json();
    }
  }
}

}  // namespace
}  // namespace straycat::yaml
