// Cuts a text into the chunks that kubectl parses one by one.
#pragma once

#include <string_view>
#include <vector>

namespace straycat::yaml {

struct Chunk {
  std::string_view text;
  int lines_before = 0;
};

// At each line that is `---` and then only white space: apimachinery pkg/util/yaml decoder.go, YAMLReader. The mark
// itself belongs to no chunk. A UTF-16 text (by its byte order mark) is one chunk.
[[nodiscard]] std::vector<Chunk> split(std::string_view text);

}  // namespace straycat::yaml
