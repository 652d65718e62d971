#include "cli/choice.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <straycat/yaml/document.hpp>

namespace straycat::cli {

CLI::Validator one_of(std::vector<std::string> words) {
  const std::string all = fmt::format("{}", fmt::join(words, "|"));
  return {[words = std::move(words)](std::string& word) -> std::string {
            if (std::find(words.begin(), words.end(), word) != words.end()) return "";
            const std::string near = yaml::suggestion(word, words);
            return fmt::format("\"{}\" is none of {}{}", word, fmt::join(words, ", "), near);
          },
          all};
}

}  // namespace straycat::cli
