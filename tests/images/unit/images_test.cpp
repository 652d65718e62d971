#include <gtest/gtest.h>

#include <straycat/images/images.hpp>

namespace straycat::images {
namespace {

using Command = std::vector<std::string>;

TEST(Images, names_become_programs) {
  const Command sayhi{"image", "sayhi"}, job{"image", "sayhi-job"}, unknown{};
  const std::pair<const char*, Command> cases[] = {
      {"beranm14/sayhi", sayhi},
      {"beranm14/sayhi:latest", sayhi},
      {"docker.io/beranm14/sayhi:1.0", sayhi},
      {"beranm14/sayhi@sha256:0123", sayhi},
      {"docker.io/beranm14/sayhi-job:x@sha256:0123", job},
      {"straycat/sayhi-job", job},
      {"straycat/sleeper", {"image", "sleeper"}},
      {"straycat/listener404", {"image", "listener404"}},
      {"sayhi", unknown},
      {"registry:5000/beranm14/sayhi", unknown},
      {"beranm14/sayhis", unknown},
      {"nginx", unknown},
      {"", unknown},
      {":", unknown},
  };
  for (const auto& [image, command] : cases) EXPECT_EQ(command_for(image), command) << image;
}

TEST(Images, every_known_image_has_a_command) {
  for (const auto& image : known_images()) EXPECT_FALSE(command_for(image).empty()) << image;
  EXPECT_GE(known_images().size(), 4u);
}

TEST(Images, bad_input_is_exit_code_3) {
  EXPECT_EQ(run({}), 3);
  EXPECT_EQ(run({"nginx"}), 3);
  EXPECT_EQ(run({"sayhi", "--prot", "1"}), 3);
  EXPECT_EQ(run({"sayhi", "--listen", "here"}), 3);
  EXPECT_EQ(run({"sayhi-job", "--count", "many"}), 3);
}

}  // namespace
}  // namespace straycat::images
