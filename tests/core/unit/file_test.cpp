#include <filesystem>
#include <fstream>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <straycat/core/file.hpp>

namespace straycat {
namespace {

using testing::HasSubstr;

struct FileTest : testing::Test {
  std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("straycat-file-test-" + std::to_string(::getpid()));
  void SetUp() override { std::filesystem::create_directory(folder); }
  void TearDown() override { std::filesystem::remove_all(folder); }
  std::string file(const std::string& text) const {
    std::ofstream(folder / "x", std::ios::binary) << text;
    return (folder / "x").string();
  }
};

TEST_F(FileTest, IsReadWhole) {
  const std::string text = std::string("a\0b\r\n", 5) + std::string(200'000, 'x');
  EXPECT_EQ(*read_file(file(text)), text);
  EXPECT_EQ(*read_file(file("")), "");
  EXPECT_EQ(**read_file_if_there(file(text)), text);
}

TEST_F(FileTest, WhoseSizeIsNotKnownBeforehandIsRead) {
  EXPECT_THAT(*read_file("/proc/self/status"), HasSubstr("Name:"));
  EXPECT_EQ(*read_file("/dev/null"), "");
}

TEST_F(FileTest, ThatIsNotThereIsNothingOrAnError) {
  const auto nowhere = (folder / "nowhere").string();
  EXPECT_EQ(*read_file_if_there(nowhere), std::nullopt);
  EXPECT_EQ(read_file(nowhere).error(), bad_input(nowhere + ": No such file or directory"));
  EXPECT_EQ(*read_file_if_there(file("x") + "/y"), std::nullopt);
  EXPECT_EQ(read_file(file("x") + "/y").error(), bad_input(file("x") + "/y: Not a directory"));
}

TEST_F(FileTest, ThatIsAFolderIsAnErrorOfThePersons) {
  EXPECT_EQ(read_file(folder.string()).error(), bad_input(folder.string() + ": is a folder"));
  EXPECT_EQ(read_file_if_there(folder.string()).error(), bad_input(folder.string() + ": is a folder"));
}

TEST_F(FileTest, WithoutEndIsNotReadToItsEnd) {
  EXPECT_EQ(read_file("/dev/zero").error(), bad_input("/dev/zero: larger than 16 MiB"));
  EXPECT_TRUE(read_file(file(std::string(1 << 20, 'x')), 1 << 20));
  EXPECT_FALSE(read_file(file(std::string((1 << 20) + 1, 'x')), 1 << 20));
}

// A page that the kernel does not give out: read() fails in the middle.
TEST_F(FileTest, ThatBreaksOffIsNotTakenForWhole) {
  const auto text = read_file("/proc/self/mem");
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error(), own_trouble("/proc/self/mem: Input/output error"));
}

}  // namespace
}  // namespace straycat
