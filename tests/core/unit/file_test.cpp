#include <chrono>
#include <filesystem>
#include <fstream>
#include <sys/stat.h>
#include <thread>
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

TEST_F(FileTest, ThatIsANamedPipeIsNotWaitedFor) {
  const auto pipe = (folder / "pipe").string();
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  const Error error = bad_input(pipe + ": is a named pipe, and a file is asked for");
  EXPECT_EQ(read_file(pipe).error(), error);
  EXPECT_EQ(read_file_if_there(pipe).error(), error);
  EXPECT_EQ(check_file(pipe).error(), error);
  EXPECT_TRUE(check_file(file("x")));
}

TEST_F(FileTest, ThatIsAShellsPipeIsReadToItsEnd) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  std::thread writer([end = ends[1]] {
    EXPECT_EQ(::write(end, "a", 1), 1);
    std::this_thread::sleep_for(std::chrono::milliseconds(20));  // the reader waits meanwhile, or comes later: as well
    EXPECT_EQ(::write(end, "b", 1), 1);
    ::close(end);
  });
  EXPECT_EQ(*read_file("/dev/fd/" + std::to_string(ends[0])), "ab");
  writer.join();
  ::close(ends[0]);
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
